import type { HandheldCredential } from "../../core/lookup/handheld.ts";
import type { LookupReply } from "../../core/lookup/lookup-message.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { PullProvider } from "../../core/provider.ts";

/** A pull provider, and the side that calls it. */
export interface PullProviderUnderTest {
  /** The suite serves its lookups with `createPermitLookupHandler`, from a directory and permits of the suite's own. */
  readonly provider: PullProvider;
  /** How the vendor's requests carry the credential. Default `basic`. */
  readonly scheme?: HandheldCredential["scheme"];
  /**
   * Sets up the vendor's side: what sends the vendor's requests and reads the replies, such as `createHandheld`. It should share
   * no code with the dialect, or both can have the same mistake. It must send each request through `fetch` and as a whole: headers
   * and a body of text.
   */
  createHandheld(options: HandheldUnderTestOptions): HandheldUnderTest;
  /**
   * The vendor's list as the validator takes it, for a vendor that has exactly one place, called `name`: `{ stations: [{
   * description: name }] }` for T2 Flex. The location's target is the name too.
   */
  toMappingOptions(name: string): Readonly<Record<string, unknown>>;
  /** Whether a reply is in the form in which the vendor expects errors. Given each reply to a request that cannot be read. */
  isError(reply: LookupReply): boolean;
  /** Called after each test. */
  close?(): MaybePromise<void>;
}

/** The vendor's side of a lookup. A `Handheld` of `@offstreet/enforcement/sandbox` is one. */
export interface HandheldUnderTest {
  /** Sends one request. `locationId` is given only where `capabilities.places` is true. Faults are answers, not exceptions. */
  lookup(question: { plate: string; locationId?: string }): Promise<ShownAnswer>;
}

/** What the officer sees. */
export type ShownAnswer =
  /** The permits, the best one first: the number of each one's plate. */
  | { readonly shows: "permit"; readonly sessions: readonly { readonly plate: string }[] }
  /**
   * - `expired`: a permit that has ended, where the vendor's replies tell that apart from none.
   * - `refused`: the credential, or the request, was refused.
   * - `unavailable`: the reply says that the answer is not known, or cannot be read.
   */
  | { readonly shows: "none" | "expired" | "refused" | "unavailable" };

/** What the suite gives to `createHandheld`. */
export interface HandheldUnderTestOptions {
  /** Where the lookup is served. No request leaves the process. */
  readonly url: string;
  readonly credential: HandheldCredential;
  /** Answers with the handler under test. */
  readonly fetch: typeof globalThis.fetch;
}
