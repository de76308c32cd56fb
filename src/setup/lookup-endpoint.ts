import type { LookupCredential, LookupProbe } from "../core/lookup/lookup-probe.ts";

/** The host's own permit lookup, called as the vendor calls it: over HTTP (`url`) or directly (`handler`). */
export type LookupEndpoint = {
  /** The credentials that the vendor uses. */
  readonly credentials: LookupCredential;
  /** Writes the request and reads the reply. Default: the provider's own `probe`, which each built-in dialect has. */
  readonly probe?: LookupProbe;
} & (
  | {
      /** Where the lookup is served: https, or http on loopback. The credentials are sent to it. */
      readonly url: string;
      /** Replaces the global `fetch`. Default: the global `fetch`. */
      readonly fetch?: typeof fetch;
    }
  | {
      /** The handler that `createPermitLookupHandler` returned. It is called without a network. */
      readonly handler: (request: Request) => Promise<Response>;
      /** The handler's `publicUrl`, when it has one. */
      readonly url?: string;
    }
);
