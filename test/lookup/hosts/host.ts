import type { PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { Journal } from "./journal.ts";
import { CONSUMED_PATHNAME, createServedLookup, type Library } from "./served-lookup.ts";

/** A server framework or runtime, with the lookup mounted in it as its documentation says. */
export interface LookupHost {
  readonly name: string;
  /** What is different here, and meant to be. */
  readonly traits?: HostTraits;
  open(): Promise<RunningHost>;
}

/** A host that listens. */
export interface RunningHost {
  /** Where the lookup is. */
  readonly url: string;
  /** Where something reads the body before the lookup does, and leaves nothing of it. */
  readonly consumedUrl: string;
  readonly journal: Journal;
  /** For a host without a network. */
  readonly fetch?: (request: Request) => Promise<Response>;
  close(): Promise<unknown>;
}

/** What a host does that others do not. */
export interface HostTraits {
  /** What the framework refuses itself, before a route is reached, in a form of its own. */
  readonly refusesItself?: readonly ("malformed" | "type" | "large")[];
  /** It answers OPTIONS itself: to a browser that asks whether it may ask. */
  readonly preflight?: boolean;
  /** Headers that something around the mount puts on every reply. */
  readonly adds?: Readonly<Record<string, string>>;
  /** Bodies leave it compressed. */
  readonly compresses?: boolean;
  /** Without a network there is nothing to test of connections. */
  readonly network?: false;
  /** It announces no length and sends chunks instead. */
  readonly chunks?: boolean;
  /** Tests that cannot be run here, each with its reason. */
  readonly skips?: Partial<Record<SkippableTest, string>>;
  /** How often a test is repeated when it fails. Each needs a reason where it is set. Default: never. */
  readonly retries?: Partial<Record<SkippableTest, number>>;
}

/** Tests that need a connection. */
export type ConnectionTest = "pipelining" | "pipelining behind a refusal" | "keep-alive" | "break-off";

/** Tests that a host may be unable to take. */
export type SkippableTest = ConnectionTest | "disconnect" | "large" | "head";

/** Opens a host inside this process. `serve` gives the origin at which it listens. */
export async function openHere(
  library: Library,
  pathname: string,
  serve: (
    handler: PermitLookupHandler,
    journal: Journal,
  ) => Promise<{ origin: string; close(): Promise<unknown> }>,
): Promise<RunningHost> {
  const journal = new Journal();
  const handler = createServedLookup(library, { pathname, report: journal.report });
  const { origin, close } = await serve(handler, journal);
  return { url: origin + pathname, consumedUrl: origin + CONSUMED_PATHNAME, journal, close };
}
