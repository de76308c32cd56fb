import type { PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { Journal } from "./journal.ts";
import { CONSUMED_PATHNAME, createServedLookup, type Library } from "./served-lookup.ts";

/** A server framework or runtime, with the lookup mounted in it as its documentation says. */
export interface LookupHost {
  readonly name: string;
  /** Intended differences from other hosts. */
  readonly traits?: HostTraits;
  open(): Promise<RunningHost>;
}

/** A host that listens. */
export interface RunningHost {
  /** The address of the lookup. */
  readonly url: string;
  /** The address at which the body is read and discarded before the lookup runs. */
  readonly consumedUrl: string;
  readonly journal: Journal;
  /** For a host without a network. */
  readonly fetch?: (request: Request) => Promise<Response>;
  close(): Promise<unknown>;
}

/** Differences of one host from the others. */
export interface HostTraits {
  /** What the framework refuses before a route is reached, in its own format. */
  readonly refusesItself?: readonly ("malformed" | "type" | "large")[];
  /** It answers OPTIONS itself, as a CORS preflight. */
  readonly preflight?: boolean;
  /** Headers that the framework adds to every reply. */
  readonly adds?: Readonly<Record<string, string>>;
  /** Replies are compressed. */
  readonly compresses?: boolean;
  /** Without a network there are no connections to test. */
  readonly network?: false;
  /** It sends chunks instead of a Content-Length. */
  readonly chunks?: boolean;
  /** Tests that cannot be run here, each with its reason. */
  readonly skips?: Partial<Record<SkippableTest, string>>;
  /** How often a failing test is repeated. Each needs a reason where it is set. Default: never. */
  readonly retries?: Partial<Record<SkippableTest, number>>;
}

/** Tests that need a connection. */
export type ConnectionTest = "pipelining" | "pipelining behind a refusal" | "keep-alive" | "break-off";

/** Tests that some hosts cannot run. */
export type SkippableTest = ConnectionTest | "disconnect" | "large" | "head";

/** Opens a host inside this process. `serve` returns the origin at which it listens. */
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
