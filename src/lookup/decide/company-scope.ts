import type { Company } from "../../core/directory/directory.ts";
import {
  type LocationList,
  readAnsweredCompany,
  readAnsweredLocations,
} from "../../core/directory/read-answers.ts";
import { isCompanyEnabled } from "../../core/directory/switches.ts";
import type { LookupReason } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import { type MaybePromise, thenMaybe } from "../../core/maybe-promise.ts";
import type { LookupWork } from "../options.ts";

/** A credential's company, which has the provider switched on, and all of that company's locations. */
export interface CompanyScope {
  readonly company: Company;
  readonly locations: LocationList;
}

/** The answer to every query of a credential whose company or locations cannot be searched. */
export interface OutOfScope {
  readonly status: "none" | "undetermined";
  readonly reason: LookupReason;
}

/**
 * Loads a credential's company and locations from the directory.
 *
 * @throws EnforcementError `invalid_input` when the company, or the list of its locations, cannot be read
 */
export function loadCompanyScope(
  credential: StoredCredential,
  { settings, inquiry, deadline }: LookupWork,
): MaybePromise<CompanyScope | OutOfScope> {
  const { directory, provider } = settings;
  const { companyId } = credential;
  inquiry.stage = "directory";
  return thenMaybe(deadline.within(directory.getCompany(companyId)), (found) => {
    const company = readAnsweredCompany(found, companyId);
    if (company === undefined) return { status: "undetermined", reason: "unknown_company" };
    if (!isCompanyEnabled(company, provider.id)) return { status: "none", reason: "switched_off" };
    return thenMaybe(deadline.within(directory.listLocations(company.id)), (listed) => {
      const locations = readAnsweredLocations(listed, company.id, () => deadline.check());
      // Without any of the credential's locations the directory cannot say whether they have a permit.
      if (hasNoKnownLocation(credential, locations))
        return { status: "undetermined", reason: "unknown_locations" };
      return { company, locations };
    });
  });
}

/** Whether a credential is limited to locations, and the directory has none of them. */
function hasNoKnownLocation({ locationIds }: StoredCredential, { sound, malformed }: LocationList): boolean {
  if (locationIds === undefined) return false;
  const allowed = new Set(locationIds);
  return (
    !sound.some(({ id }) => allowed.has(id)) &&
    !malformed.some(({ id }) => (id === undefined ? allowed.size > 0 : allowed.has(id)))
  );
}
