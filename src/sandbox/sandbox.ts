import type { Clock } from "../core/clock.ts";
import { readFactoryOptions } from "../core/options.ts";
import type { PushVendor, VendorSandbox } from "../core/vendor/vendor-descriptor.ts";
import { VENDORS } from "../vendors/list.ts";
import { createFaults, type Faults } from "./faults.ts";
import { type Listening, listen } from "./listen.ts";

type ServedVendor = Extract<(typeof VENDORS)[number], { delivery: "push" }>;

/** What the sandbox of each vendor takes, by the vendor's name. */
export type VendorSandboxOptionsByName = {
  [Vendor in ServedVendor as Vendor["name"]]?: Parameters<Vendor["sandbox"]["create"]>[0];
};

/** The sandbox of each vendor with faults that a test may inject, by the vendor's name. */
export type VendorSandboxesByName = {
  readonly [Vendor in ServedVendor as Vendor["name"]]: ReturnType<Vendor["sandbox"]["create"]> & {
    readonly faults: Faults;
  };
};

/** The vendors whose sandbox is a server: those that are pushed to. */
export type ServedVendorName = keyof VendorSandboxesByName;

/** Where each vendor's sandbox listens: `passportUrl`, `hotspotUrl`. */
export type VendorSandboxUrls = { readonly [Name in ServedVendorName as `${Name}Url`]: string };

/** Options of {@link createSandbox}; under each vendor's name, those of its own sandbox. */
export interface SandboxOptions extends VendorSandboxOptionsByName {
  /** The clock of every vendor that is not given its own. Default: the machine's. */
  clock?: Clock;
  /**
   * Whether the vendors that are not told otherwise refuse what only our reading of them is stricter about. Default
   * false: they carry it out, and note a warning in their `warnings` and `requests`. A test of one's own client wants true.
   */
  strict?: boolean;
  /** Hears of each warning, the vendor's name before it. */
  onWarning?: (warning: string) => void;
}

/** The sandboxes of the vendors that are pushed to, each under its vendor's name. */
export interface Sandbox extends VendorSandboxesByName {
  /** Answers `/passport/…` and `/hotspot/…`, whatever the origin; 404 elsewhere. Takes what the global `fetch` takes. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  /** Serves the same over sockets, on the loopback address and a free port. */
  listen(): Promise<ListeningSandbox>;
}

/** A sandbox that listens. The URLs are what a provider takes as `baseUrl`. */
export interface ListeningSandbox extends Listening, VendorSandboxUrls {}

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
  readFactoryOptions(options, "createSandbox", ["clock", "strict", "onWarning", ...SERVED_VENDOR_NAMES]);
  const { clock, strict, onWarning = () => {} } = options;
  const shared = { ...(clock === undefined ? {} : { clock }), ...(strict === undefined ? {} : { strict }) };
  const sandboxes = new Map(
    SERVED_VENDORS.map((vendor): [string, VendorSandbox] => {
      const created: VendorSandbox = vendor.sandbox.create({ ...shared, ...options[vendor.name] });
      const report = (warning: string) => onWarning(`${vendor.title}: ${warning}`);
      return [vendor.name, withFaults(created, report)];
    }),
  );

  return {
    ...(Object.fromEntries(sandboxes) as unknown as VendorSandboxesByName),
    async fetch(input, init) {
      const request = new Request(input, init);
      const { pathname } = new URL(request.url);
      for (const [name, sandbox] of sandboxes) {
        if (pathname.startsWith(`/${name}/`)) return await sandbox.fetch(request);
      }
      return new Response(null, { status: 404 });
    },
    async listen() {
      const { url, close } = await listen(
        Object.fromEntries(Array.from(sandboxes, ([name, sandbox]) => [`/${name}`, sandbox.fetch])),
      );
      const urls = Array.from(sandboxes.keys(), (name) => [`${name}Url`, `${url}/${name}`]);
      return { url, close, ...(Object.fromEntries(urls) as VendorSandboxUrls) };
    },
  };
}

const SERVED_VENDORS = VENDORS.filter(
  (vendor): vendor is ServedVendor => vendor.delivery === "push",
) as readonly (PushVendor & { name: ServedVendorName })[];

const SERVED_VENDOR_NAMES: readonly ServedVendorName[] = SERVED_VENDORS.map(({ name }) => name);

/**
 * The same object, so that its getters stay live, with faults in front of its `fetch`. Reports what a request adds to its
 * warnings.
 */
function withFaults(
  vendor: VendorSandbox,
  report: (warning: string) => void,
): VendorSandbox & { faults: Faults } {
  const faults = createFaults();
  const { fetch: answer } = vendor;
  let reported = 0;
  const handle = faults.wrap(async (request) => {
    const response = await answer(request);
    const news = vendor.warnings.slice(reported);
    reported += news.length;
    for (const warning of news) report(warning);
    return response;
  });
  const fetch: VendorSandbox["fetch"] = async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    return await handle(request);
  };
  return Object.assign(vendor, { fetch, faults });
}
