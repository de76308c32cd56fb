import type { StoredCredential } from "../core/credential.ts";
import type { LookupReason } from "../core/dialect.ts";
import type { Company, Location, MaybePromise } from "../core/directory.ts";
import { whenKnown } from "../core/maybe-promise.ts";
import { isCompanyEnabled } from "../core/switches.ts";
import type { LookupWork } from "./decide.ts";
import { readOwnCompany } from "./scope.ts";

/** Where a credential may look: its company, switched on, and all of that company's locations. */
export interface Ground {
  readonly company: Company;
  readonly locations: Iterable<Location>;
}

/** Why there is nowhere to look, whatever is asked. */
export interface NoGround {
  readonly status: "none" | "undetermined";
  readonly reason: LookupReason;
}

/** Asks the directory where a credential may look. */
export function findGround(
  { companyId }: StoredCredential,
  { settings, inquiry, deadline }: LookupWork,
): MaybePromise<Ground | NoGround> {
  const { directory, provider } = settings;
  inquiry.stage = "directory";
  return whenKnown(deadline.within(directory.getCompany(companyId)), (found) => {
    if (!found) return { status: "undetermined", reason: "unknown_company" };
    const company = readOwnCompany(found, companyId);
    if (!isCompanyEnabled(company, provider.id)) return { status: "none", reason: "switched_off" };
    return whenKnown(deadline.within(directory.listLocations(company.id)), (locations) => ({
      company,
      locations,
    }));
  });
}

/** Tells the two results of {@link findGround} apart. */
export function isNoGround(ground: Ground | NoGround): ground is NoGround {
  return "reason" in ground;
}
