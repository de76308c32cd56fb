import type { LookupAnswer, LookupQuery } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { MatchQuestion } from "./match.ts";
import type { UnknownPlace } from "./scope.ts";

/**
 * The stage at which a request failed: inside the handler itself (`service`), by a late or malformed request (`request`), in the
 * dialect, in the credential store (`credentials`), in the directory, or in the permit source (`permits`).
 */
export type LookupStage = "service" | "request" | "dialect" | "credentials" | "directory" | "permits";

/**
 * The state of one request. The stages fill it in, so that a failure shows how far the request came. A class with all fields
 * from the start: an object to which fields are added changes its shape in V8 each time, which is slower.
 */
export class Inquiry {
  /** The instant that the query is about. */
  at: Date;
  stage: LookupStage = "service";
  credential: StoredCredential | undefined = undefined;
  query: LookupQuery | undefined = undefined;
  /** The query's plate in canonical form, then its look-alikes. */
  plateNumbers: readonly string[] | undefined = undefined;
  region: string | undefined = undefined;
  locationIds: readonly string[] | undefined = undefined;
  /** Whether the query's place is one of the credential's, or the query has no place. */
  isPlaceKnown = false;
  unknownPlace: UnknownPlace | undefined = undefined;
  /** The source's permits with this company and these plates. */
  permits: readonly Permit[] | undefined = undefined;
  /** The question that the permits were compared with. */
  compared: MatchQuestion | undefined = undefined;
  /** One inquiry per query of a list. `undefined` for a request that is not a list. */
  parts: readonly Inquiry[] | undefined = undefined;
  /** The answer to this query of a list. */
  answer: LookupAnswer | undefined = undefined;
  /** Whether the request asks for the list of places instead of a plate. */
  asksForPlaces = false;
  dropped = 0;
  failure: { readonly at: LookupStage; readonly thrown: unknown } | undefined = undefined;

  constructor(at: Date) {
    this.at = at;
  }

  /** Creates the inquiry of a credential that is already proven. */
  static of(credential: StoredCredential, at: Date): Inquiry {
    const inquiry = new Inquiry(at);
    inquiry.stage = "dialect";
    inquiry.credential = credential;
    return inquiry;
  }
}
