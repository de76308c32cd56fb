import type { StoredCredential } from "../core/credential.ts";
import type {
  LookupAnswer,
  LookupQuery,
  LookupReason,
  LookupRefusal,
  LookupRequest,
} from "../core/dialect.ts";
import type { Company } from "../core/directory.ts";
import { readText } from "../core/fields.ts";
import { canonicalPlateNumber } from "../core/plate.ts";
import { findRegion } from "../core/region.ts";
import { isCompanyEnabled } from "../core/switches.ts";
import { authenticate, challengesOf } from "./authenticate.ts";
import type { BodyProblem } from "./body.ts";
import { collectPermits } from "./collect.ts";
import type { Deadline } from "./deadline.ts";
import type { Inquiry } from "./inquiry.ts";
import { matchPermits } from "./match.ts";
import type { LookupSettings } from "./options.ts";
import { plateNumbersFor } from "./plates.ts";
import { createRefusal } from "./refusal.ts";
import { isUnknownPlace, readOwnCompany, resolveScope, type Scope } from "./scope.ts";
import { screenRequest } from "./screen.ts";

/** What one request is worked on with. */
export interface LookupWork {
  readonly settings: LookupSettings;
  readonly inquiry: Inquiry;
  readonly deadline: Deadline;
}

/**
 * Finds the answer, or the refusal. Nothing of the question is looked at before the asking party is known.
 *
 * @throws whatever dialect, credential store, directory or source threw; `inquiry.stage` tells which
 */
export async function decideLookup(
  request: LookupRequest,
  bodyProblem: BodyProblem | undefined,
  work: LookupWork,
): Promise<LookupAnswer | LookupRefusal> {
  const { settings, inquiry, deadline } = work;
  const { dialect } = settings.provider;
  const refusal = screenRequest(request, dialect, bodyProblem);
  if (refusal !== undefined) return refusal;
  inquiry.stage = "credentials";
  const { authorizers } = settings;
  const credential = await authenticate(request, { authorizers, dialect }, deadline);
  if (credential === undefined) return createRefusal("unauthorized", { headers: challengesOf(authorizers) });
  inquiry.credential = credential;
  inquiry.stage = "dialect";
  const query = dialect.parseQuery(request);
  inquiry.query = query;
  if (query.place !== undefined) readText(query.place.value, "place");
  const typed = canonicalPlateNumber(query.plate, "plate");
  inquiry.plateNumbers = Object.freeze(plateNumbersFor(typed, settings.plateMatching));
  inquiry.region = findRegion(query.region);
  return answerQuery(work, query, credential);
}

async function answerQuery(
  { settings, inquiry, deadline }: LookupWork,
  { place }: LookupQuery,
  credential: StoredCredential,
): Promise<LookupAnswer> {
  const { directory, provider } = settings;
  inquiry.stage = "directory";
  const found = await deadline.within(directory.getCompany(credential.companyId));
  if (!found) return withoutMatches(inquiry, "undetermined", "unknown_company");
  const company = readOwnCompany(found, credential.companyId);
  if (!isCompanyEnabled(company, provider.id)) return withoutMatches(inquiry, "none", "switched_off");
  const locations = await deadline.within(directory.listLocations(company.id));
  const scope = resolveScope(company, locations, { credential, place, providerId: provider.id });
  if (isUnknownPlace(scope)) {
    inquiry.unknownPlace = scope;
    return withoutMatches(inquiry, "undetermined", "unknown_place");
  }
  if (scope.asked.size === 0) return withoutMatches(inquiry, "none", "switched_off");
  inquiry.stage = "permits";
  return answerFromSource({ settings, inquiry, deadline }, company, scope);
}

async function answerFromSource(
  { settings, inquiry, deadline }: LookupWork,
  company: Company,
  scope: Scope,
): Promise<LookupAnswer> {
  const { at, region, plateNumbers = [] } = inquiry;
  const locationIds = Object.freeze([...scope.asked.keys()]);
  inquiry.locationIds = locationIds;
  // Frozen, and with an instant of its own: what the source does to its question must not change ours.
  const query = Object.freeze({
    ...{ companyId: company.id, plateNumbers, locationIds, at: new Date(at) },
    get signal() {
      return deadline.signal;
    },
  });
  const { permits, dropped, unreadable } = await collectPermits(settings.findPermits, query, deadline);
  inquiry.permits = permits;
  inquiry.dropped = dropped;
  if (unreadable !== undefined) inquiry.failure = { at: "permits", thrown: unreadable };
  const question = { company, scope, plateNumbers, region, at, graceMs: settings.graceMs };
  const { matches, reason } = matchPermits(permits, question);
  if (matches.length > 0) return { status: "valid", reason, matches, at };
  // The permit that could not be read may have been the right one.
  return unreadable === undefined
    ? withoutMatches(inquiry, "none", reason)
    : withoutMatches(inquiry, "undetermined", "source_failed");
}

function withoutMatches(
  { at }: Inquiry,
  status: "none" | "undetermined",
  reason: LookupReason,
): LookupAnswer {
  return { status, reason, matches: [], at };
}
