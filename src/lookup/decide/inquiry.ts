import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupAnswer, LookupQuery } from "../../core/lookup/dialect.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { MatchQuestion } from "./match.ts";
import type { UnknownPlace } from "./scope.ts";

/** Where a request can fail. `service`: inside the handler itself; `request`: what was sent is late, or wrong. */
export type LookupStage = "service" | "request" | "dialect" | "credentials" | "directory" | "permits";

/**
 * What has become known of one request. It fills up on the way, so that a failure shows how far it came. A class, so
 * that it has all its fields from the start: an object that grows is copied each time.
 */
export class Inquiry {
  /** The instant that the question is about. */
  at: Date = new Date();
  stage: LookupStage = "service";
  credential: StoredCredential | undefined = undefined;
  query: LookupQuery | undefined = undefined;
  /** The question in canonical form. */
  plateNumbers: readonly string[] | undefined = undefined;
  region: string | undefined = undefined;
  locationIds: readonly string[] | undefined = undefined;
  /** The place that was asked about is the credential's, or none was asked about. */
  isPlaceKnown = false;
  unknownPlace: UnknownPlace | undefined = undefined;
  /** Permits of this company and plate. */
  permits: readonly Permit[] | undefined = undefined;
  /** What the permits were compared with. */
  compared: MatchQuestion | undefined = undefined;
  /** The queries of a list, each with what has become known of it. Undefined: one query, or none. */
  parts: readonly Inquiry[] | undefined = undefined;
  /** The answer to one query of a list. */
  answer: LookupAnswer | undefined = undefined;
  /** No plate was asked about, but which places there are. */
  asksForPlaces = false;
  dropped = 0;
  failure: { readonly at: LookupStage; readonly thrown: unknown } | undefined = undefined;

  /** An inquiry of a party that is known already. */
  static of(credential: StoredCredential, at: Date): Inquiry {
    const inquiry = new Inquiry();
    inquiry.at = at;
    inquiry.stage = "dialect";
    inquiry.credential = credential;
    return inquiry;
  }
}
