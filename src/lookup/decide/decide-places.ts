import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupAnswer, LookupPlaces } from "../../core/lookup/dialect.ts";
import { isOutOfScope, loadCompanyScope } from "./company-scope.ts";
import type { LookupWork } from "./lookup-work.ts";
import { isUnknownPlace, resolveScope } from "./scope.ts";
import { answerMalformed, answerUnknownPlace, withoutMatches } from "./search.ts";

/** Lists the places that a credential may ask about. The list is empty when the company has the provider switched off. */
export async function decidePlaces(
  credential: StoredCredential,
  work: LookupWork,
): Promise<LookupPlaces | LookupAnswer> {
  const { inquiry, settings } = work;
  inquiry.asksForPlaces = true;
  const companyScope = await loadCompanyScope(credential, work);
  if (isOutOfScope(companyScope)) {
    return companyScope.status === "none"
      ? { locations: [] }
      : withoutMatches(inquiry, "undetermined", companyScope.reason);
  }
  const everywhere = { credential, place: undefined, providerId: settings.provider.id };
  const scope = resolveScope(companyScope.company, companyScope.locations, everywhere);
  if (isUnknownPlace(scope)) return answerUnknownPlace(inquiry, scope);
  // Undetermined instead of a list without this location: a client that stores the list would delete the place.
  const [malformed] = scope.malformed;
  if (malformed !== undefined) return answerMalformed(inquiry, malformed);
  return { locations: [...scope.asked.values()] };
}
