import type { Clock } from "../core/clock.ts";
import { readFactoryOptions } from "../core/fields.ts";
import {
  createHotSpotSandbox,
  type HotSpotSandbox,
  type HotSpotSandboxOptions,
} from "../vendors/hotspot/sandbox/sandbox.ts";
import {
  createPassportSandbox,
  type PassportSandbox,
  type PassportSandboxOptions,
} from "../vendors/passport/sandbox/sandbox.ts";
import { createFaults, type Faults } from "./faults.ts";
import { type Listening, listen } from "./listen.ts";

/** Options of {@link createSandbox}. */
export interface SandboxOptions {
  /** The clock of every vendor that is not given its own. Default: the machine's. */
  clock?: Clock;
  /**
   * Whether the vendors that are not told otherwise refuse what only our reading of them is stricter about. Default
   * false: they carry it out, and note a warning in their `warnings` and `requests`. A test of one's own client wants true.
   */
  strict?: boolean;
  /** Hears of each warning, the vendor's name before it. */
  onWarning?: (warning: string) => void;
  passport?: PassportSandboxOptions;
  hotspot?: HotSpotSandboxOptions;
}

/** The sandboxes of what vendors serve, each with faults that a test may inject. */
export interface Sandbox {
  readonly passport: PassportSandbox & { readonly faults: Faults };
  readonly hotspot: HotSpotSandbox & { readonly faults: Faults };
  /** Answers `/passport/…` and `/hotspot/…`, whatever the origin; 404 elsewhere. Takes what the global `fetch` takes. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** Serves the same over sockets, on the loopback address and a free port. */
  listen(): Promise<ListeningSandbox>;
}

/** A sandbox that listens. The URLs are what a provider takes as `baseUrl`. */
export interface ListeningSandbox extends Listening {
  readonly passportUrl: string;
  readonly hotspotUrl: string;
}

/**
 * Creates the sandboxes. They are our reading of the vendors, not the vendors.
 *
 * @example
 * const sandbox = createSandbox({ passport: { zones: [{ number: "101", name: "Downtown Lot" }] } });
 * const { passportUrl, close } = await sandbox.listen();
 *
 * @throws EnforcementError when an option is unknown or wrong
 */
export function createSandbox(options: SandboxOptions = {}): Sandbox {
  readFactoryOptions(options, "createSandbox", OPTION_NAMES);
  const { clock, strict, onWarning = () => {} } = options;
  const shared = { ...(clock === undefined ? {} : { clock }), ...(strict === undefined ? {} : { strict }) };
  const passport = withFaults(
    withWarnings(createPassportSandbox({ ...shared, ...options.passport }), (warning) =>
      onWarning(`Passport: ${warning}`),
    ),
  );
  const hotspot = withFaults(
    withWarnings(createHotSpotSandbox({ ...shared, ...options.hotspot }), (warning) =>
      onWarning(`HotSpot: ${warning}`),
    ),
  );

  return {
    passport,
    hotspot,
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      if (pathname.startsWith("/passport/")) return await passport.fetch(request);
      if (pathname.startsWith("/hotspot/")) return await hotspot.fetch(request);
      return new Response(null, { status: 404 });
    },
    async listen() {
      const { url, close } = await listen({
        "/passport": passport.fetch,
        "/hotspot": hotspot.fetch,
      });
      return { url, passportUrl: `${url}/passport`, hotspotUrl: `${url}/hotspot`, close };
    },
  };
}

const OPTION_NAMES: readonly (keyof SandboxOptions)[] = [
  "clock",
  "strict",
  "onWarning",
  "passport",
  "hotspot",
];

type FetchFunction = PassportSandbox["fetch"];

/** The same object, so that its getters stay live, with faults in front of its `fetch`. */
function withFaults<Vendor extends { fetch: FetchFunction }>(vendor: Vendor): Vendor & { faults: Faults } {
  const faults = createFaults();
  const answer = faults.wrap(vendor.fetch);
  const fetch: FetchFunction = async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    return await answer(request);
  };
  return Object.assign(vendor, { fetch, faults });
}

/** The same object, whose `fetch` reports what a request added to its warnings. */
function withWarnings<Vendor extends { fetch: FetchFunction; readonly warnings: readonly string[] }>(
  vendor: Vendor,
  report: (warning: string) => void,
): Vendor {
  const answer = vendor.fetch;
  let reported = 0;
  const fetch: FetchFunction = async (input, init) => {
    const response = await answer(input, init);
    const news = vendor.warnings.slice(reported);
    reported += news.length;
    for (const warning of news) report(warning);
    return response;
  };
  return Object.assign(vendor, { fetch });
}
