import type { LookupCredential, LookupProbe } from "../core/lookup/lookup-probe.ts";

/** The host's own permit lookup, to be asked as the vendor would. */
export type LookupEndpoint = {
  readonly credentials: LookupCredential;
  /** How to ask. Default: the provider's own `probe`, which each built-in dialect has. */
  readonly probe?: LookupProbe;
} & (
  | {
      /** Where the lookup is served. https, or http on loopback: the credentials travel there. */
      readonly url: string;
      /** Replaces the global `fetch`. */
      readonly fetch?: typeof fetch;
    }
  | {
      /** What `createPermitLookupHandler` made: it is called without a network in between. */
      readonly handler: (request: Request) => Promise<Response>;
      /** What the handler has for its `publicUrl`, where it has one. */
      readonly url?: string;
    }
);
