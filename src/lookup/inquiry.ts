import type { StoredCredential } from "../core/credential.ts";
import type { LookupAnswer, LookupQuery } from "../core/dialect.ts";
import type { Permit } from "../core/permit.ts";
import type { MatchQuestion } from "./match.ts";
import type { UnknownPlace } from "./scope.ts";

/** Where a request can fail. `service`: inside the handler itself. */
export type LookupStage = "service" | "dialect" | "credentials" | "directory" | "permits";

/** What has become known of one request. It fills up on the way, so that a failure shows how far it came. */
export interface Inquiry {
  /** The instant that the question is about. */
  at: Date;
  stage: LookupStage;
  credential?: StoredCredential;
  query?: LookupQuery;
  /** The question in canonical form. */
  plateNumbers?: readonly string[];
  region?: string | undefined;
  locationIds?: readonly string[];
  unknownPlace?: UnknownPlace;
  /** Permits of this company and plate. */
  permits?: readonly Permit[];
  /** What the permits were compared with. */
  compared?: MatchQuestion;
  /** The queries of a list, each with what has become known of it. Absent: one query, or none. */
  parts?: readonly Inquiry[];
  /** The answer to one query of a list. */
  answer?: LookupAnswer;
  /** No plate was asked about, but which places there are. */
  asksForPlaces?: boolean;
  dropped: number;
  failure?: { readonly at: LookupStage; readonly thrown: unknown };
}
