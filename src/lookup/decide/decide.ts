import { fieldError } from "../../core/fields.ts";
import type {
  DialectQuestion,
  LookupAnswer,
  LookupPlaces,
  LookupQuery,
  LookupRefusal,
} from "../../core/lookup/dialect.ts";
import type { LookupReply, LookupRequest, StoredCredential } from "../../core/lookup/lookup-message.ts";
import { ignorePromise, isPromise, type MaybePromise, thenMaybe } from "../../core/maybe-promise.ts";
import {
  type Authentication,
  authenticate,
  provesToken,
  refuseUnauthenticated,
} from "../auth/authenticate.ts";
import { Interruption } from "../deadline.ts";
import type { LookupWork } from "../options.ts";
import type { LookupOutcome } from "../outcome.ts";
import { type BodyProblem, screenRequest } from "../request/body.ts";
import { type CompanyScope, loadCompanyScope } from "./company-scope.ts";
import { decideList } from "./decide-list.ts";
import { type AskedPlace, resolveScope } from "./scope.ts";
import {
  answerFromPermits,
  answerMalformed,
  answerUnknownPlace,
  answerUnreadable,
  answerWithoutSource,
  askSource,
  withoutMatches,
} from "./search.ts";
import { understandQuery } from "./understand.ts";

/**
 * Decides a request: an answer, a refusal, or a document that needs no credential. The query is parsed only after the
 * credential is proven.
 *
 * @throws the error of the dialect, credential store, directory or source; `inquiry.stage` says which one
 */
export function decideLookup(
  request: LookupRequest,
  bodyProblem: BodyProblem | undefined,
  work: LookupWork,
): MaybePromise<LookupOutcome> {
  const { settings, inquiry, deadline } = work;
  const { dialect } = settings.provider;
  const early = findDocument(request, work) ?? screenRequest(request, dialect, bodyProblem);
  if (early !== undefined) return early;
  refuseLateBody(bodyProblem, work);
  inquiry.stage = "credentials";
  const { authorizers } = settings;
  let unreadable: unknown;
  const by: Authentication = {
    authorizers,
    dialect,
    onUnreadable: (thrown) => {
      unreadable ??= thrown;
    },
  };
  const proven = authenticate(request, by, deadline);
  return thenMaybe<StoredCredential | undefined, LookupOutcome>(proven, (credential) => {
    if (credential === undefined || !provesToken(request, credential, by)) {
      if (unreadable !== undefined) inquiry.failure = { at: "request", thrown: unreadable };
      return refuseUnauthenticated(request, work);
    }
    inquiry.credential = credential;
    inquiry.stage = "dialect";
    return decideQuestion(requireValue(dialect.parseQuery(request)), credential, work);
  });
}

/** @throws Interruption when the deadline passed while the body was read */
function refuseLateBody(bodyProblem: BodyProblem | undefined, { inquiry, deadline }: LookupWork): void {
  if (bodyProblem !== "late" && !deadline.isOver) return;
  inquiry.failure = {
    at: "request",
    thrown: fieldError("body", "had not arrived when deadlineMs had passed."),
  };
  throw new Interruption("source_timeout");
}

function findDocument(
  request: LookupRequest,
  { settings, inquiry }: LookupWork,
): LookupReply | LookupRefusal | undefined {
  const { dialect } = settings.provider;
  if (dialect.serveDocument === undefined) return undefined;
  inquiry.stage = "dialect";
  return requireValue(dialect.serveDocument(request, { publicUrl: settings.publicUrl }));
}

/** The value that a dialect's function returned. These functions are synchronous. @throws TypeError for a promise */
function requireValue<Value>(given: Value): Value {
  if (!isPromise(given)) return given;
  ignorePromise(given);
  throw new TypeError("The dialect gave a promise.");
}

function decideQuestion(
  question: DialectQuestion,
  credential: StoredCredential,
  work: LookupWork,
): MaybePromise<LookupOutcome> {
  if (isList(question)) return decideList(question, credential, work);
  if ("code" in question) return question;
  if ("list" in question) return decidePlaces(credential, work);
  // Only a single query is refused for this: in a list the other plates are still answered.
  if (typeof question.plate !== "string") throw fieldError("plate", "must be text.");
  return decideQuery(question, credential, work);
}

function isList(question: DialectQuestion): question is readonly LookupQuery[] {
  return Array.isArray(question);
}

/** Answers a query of a known credential. */
export function decideQuery(
  query: LookupQuery,
  credential: StoredCredential,
  work: LookupWork,
): MaybePromise<LookupAnswer> {
  const { settings, inquiry } = work;
  if (!understandQuery(query, inquiry, settings)) return answerUnreadable(inquiry);
  return thenMaybe(loadCompanyScope(credential, work), (companyScope) =>
    "reason" in companyScope
      ? withoutMatches(inquiry, companyScope.status, companyScope.reason)
      : decideInScope(
          companyScope,
          { credential, place: query.place, providerId: settings.provider.id },
          work,
        ),
  );
}

function decideInScope(
  { company, locations }: CompanyScope,
  asked: AskedPlace,
  work: LookupWork,
): MaybePromise<LookupAnswer> {
  const { settings, inquiry } = work;
  const scope = settings.findScope(company, locations, asked);
  if ("wanted" in scope) return answerUnknownPlace(inquiry, scope);
  const early = answerWithoutSource(inquiry, scope);
  if (early !== undefined) return early;
  const context = { company, scope, graceMs: settings.graceMs };
  return thenMaybe(askSource(company, work), ({ unreadable }) =>
    answerFromPermits(inquiry, context, unreadable === undefined),
  );
}

/** Lists the places that a credential may ask about. The list is empty when the company has the provider switched off. */
async function decidePlaces(
  credential: StoredCredential,
  work: LookupWork,
): Promise<LookupPlaces | LookupAnswer> {
  const { inquiry, settings } = work;
  inquiry.asksForPlaces = true;
  const companyScope = await loadCompanyScope(credential, work);
  if ("reason" in companyScope) {
    return companyScope.status === "none"
      ? { locations: [] }
      : withoutMatches(inquiry, "undetermined", companyScope.reason);
  }
  const everywhere = { credential, place: undefined, providerId: settings.provider.id };
  const scope = resolveScope(companyScope.company, companyScope.locations, everywhere);
  if ("wanted" in scope) return answerUnknownPlace(inquiry, scope);
  // Undetermined instead of a list without this location: a client that stores the list would delete the place.
  const [malformed] = scope.malformed;
  if (malformed !== undefined) return answerMalformed(inquiry, malformed);
  return { locations: [...scope.asked.values()] };
}
