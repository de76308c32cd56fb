import type { StoredCredential } from "../core/credential.ts";
import type { LookupQuery } from "../core/dialect.ts";
import type { Permit } from "../core/permit.ts";
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
  dropped: number;
  failure?: { readonly at: LookupStage; readonly thrown: unknown };
}
