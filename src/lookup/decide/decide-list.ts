import type { Company } from "../../core/directory/directory.ts";
import { fieldError } from "../../core/fields.ts";
import { type LookupPlace, type LookupQuery, MAX_QUERIES } from "../../core/lookup/dialect.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import type { LookupWork } from "../options.ts";
import type { LookupAnswers } from "../outcome.ts";
import { type CompanyScope, loadCompanyScope } from "./company-scope.ts";
import { Inquiry } from "./inquiry.ts";
import { resolveScope, type Scope, type UnknownPlace } from "./scope.ts";
import {
  answerFromPermits,
  answerUnknownPlace,
  answerUnreadable,
  answerWithoutSource,
  askSource,
  withoutMatches,
} from "./search.ts";
import { understandQuery } from "./understand.ts";

/**
 * Answers a list of queries by the rules for a single one. Directory and source are called once for the whole list, and not at
 * all when no plate can be read.
 *
 * @throws EnforcementError `invalid_input` when the list is empty or too long, or the place of a query cannot be read
 */
export async function decideList(
  queries: readonly LookupQuery[],
  credential: StoredCredential,
  work: LookupWork,
): Promise<LookupAnswers> {
  if (queries.length === 0 || queries.length > MAX_QUERIES) {
    throw fieldError("query", `must ask about 1 to ${MAX_QUERIES} plates.`);
  }
  const { inquiry, settings } = work;
  const { at } = inquiry;
  const parts = queries.map((query) => Object.assign(Inquiry.of(credential, at), { query }));
  inquiry.parts = parts;
  for (const [index, part] of parts.entries()) {
    const isReadable = understandQuery(queries[index] as LookupQuery, part, settings);
    if (!isReadable) part.answer = answerUnreadable(part);
  }
  const readable = parts.filter(({ answer }) => answer === undefined);
  if (readable.length > 0) await answerReadable(readable, credential, work);
  return { answers: parts.flatMap(({ answer }) => answer ?? []) };
}

async function answerReadable(
  parts: readonly Inquiry[],
  credential: StoredCredential,
  work: LookupWork,
): Promise<void> {
  const companyScope = await loadCompanyScope(credential, work);
  if ("reason" in companyScope) {
    for (const part of parts) part.answer = withoutMatches(part, companyScope.status, companyScope.reason);
    return;
  }
  const searches = findSearches(parts, companyScope, work);
  if (searches.length > 0) await search(searches, companyScope.company, work);
}

/** A query of the list that needs the source, and its scope. */
interface Search {
  readonly part: Inquiry;
  readonly scope: Scope;
}

/** Answers the queries that need no source, and returns the others. */
function findSearches(
  parts: readonly Inquiry[],
  { company, locations }: CompanyScope,
  work: LookupWork,
): Search[] {
  const providerId = work.settings.provider.id;
  // Resolved once per place: most queries of a list share one.
  const scopes = new Map<LookupPlace | undefined, Scope | UnknownPlace>();
  return parts.flatMap((part) => {
    const { query, credential } = part;
    if (credential === undefined) return [];
    const place = query?.place;
    const scope = scopes.get(place) ?? resolveScope(company, locations, { credential, place, providerId });
    scopes.set(place, scope);
    if ("wanted" in scope) {
      part.answer = answerUnknownPlace(part, scope);
      return [];
    }
    const early = answerWithoutSource(part, scope);
    if (early === undefined) return [{ part, scope }];
    part.answer = early;
    return [];
  });
}

async function search(searches: readonly Search[], company: Company, work: LookupWork): Promise<void> {
  const { inquiry, settings } = work;
  inquiry.plateNumbers = unite(searches.map(({ part }) => part.plateNumbers ?? []));
  inquiry.locationIds = unite(searches.map(({ part }) => part.locationIds ?? []));
  const { permits, unreadable } = await askSource(company, work);
  for (const { part, scope } of searches) {
    const wanted = new Set(part.plateNumbers);
    part.permits = permits.filter(({ plates }) => plates.some(({ number }) => wanted.has(number)));
    if (inquiry.failure !== undefined) part.failure = inquiry.failure;
    const context = { company, scope, graceMs: settings.graceMs };
    part.answer = answerFromPermits(part, context, unreadable === undefined);
  }
}

function unite(lists: ReadonlyArray<readonly string[]>): readonly string[] {
  return Object.freeze([...new Set(lists.flat())]);
}
