import type { MaybePromise } from "../../core/directory/directory.ts";
import { fieldError } from "../../core/fields.ts";
import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { DialectQuestion, LookupAnswer, LookupQuery, LookupRefusal } from "../../core/lookup/dialect.ts";
import type { LookupReply, LookupRequest } from "../../core/lookup/lookup-message.ts";
import { ignorePromise, isPromise, thenMaybe } from "../../core/maybe-promise.ts";
import { authenticate } from "../auth/authenticate.ts";
import { refuseStranger } from "../auth/refuse-stranger.ts";
import { provesToken } from "../auth/token.ts";
import { Interruption } from "../deadline.ts";
import type { LookupOutcome } from "../outcome.ts";
import type { BodyProblem } from "../request/body.ts";
import { screenRequest } from "../request/screen.ts";
import { type CompanyScope, isOutOfScope, loadCompanyScope } from "./company-scope.ts";
import { decideList } from "./decide-list.ts";
import { decidePlaces } from "./decide-places.ts";
import { findScope } from "./kept-scopes.ts";
import type { LookupWork } from "./lookup-work.ts";
import { type AskedPlace, isUnknownPlace } from "./scope.ts";
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
 * Finds the answer, or the refusal. Nothing of the question is looked at before the asking party is known; what the
 * dialect serves without a credential is no question.
 *
 * @throws whatever dialect, credential store, directory or source threw; `inquiry.stage` tells which
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
  const onUnreadable = (thrown: unknown): void => {
    unreadable ??= thrown;
  };
  const proven = authenticate(request, { authorizers, dialect, onUnreadable }, deadline);
  return thenMaybe<StoredCredential | undefined, LookupOutcome>(proven, (credential) => {
    if (credential === undefined || !provesToken(request, credential, { dialect, onUnreadable })) {
      if (unreadable !== undefined) inquiry.failure = { at: "request", thrown: unreadable };
      return refuseStranger(request, work);
    }
    inquiry.credential = credential;
    inquiry.stage = "dialect";
    return decideQuestion(atOnce(dialect.parseQuery(request)), credential, work);
  });
}

/** @throws Interruption when the body has taken all the time there was */
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
  return atOnce(dialect.serveDocument(request, { publicUrl: settings.publicUrl }));
}

/** What a dialect gave. Its functions answer at once: a promise is none of the values that they may give. */
function atOnce<Value>(given: Value): Value {
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
  // In a list, the others are answered beside it.
  if (typeof question.plate !== "string") throw fieldError("plate", "must be text.");
  return decideQuery(question, credential, work);
}

function isList(question: DialectQuestion): question is readonly LookupQuery[] {
  return Array.isArray(question);
}

/** Finds the answer to what a known party asks. */
export function decideQuery(
  query: LookupQuery,
  credential: StoredCredential,
  work: LookupWork,
): MaybePromise<LookupAnswer> {
  const { settings, inquiry } = work;
  if (!understandQuery(query, inquiry, settings)) return answerUnreadable(inquiry);
  return thenMaybe(loadCompanyScope(credential, work), (companyScope) =>
    isOutOfScope(companyScope)
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
  const scope = findScope(company, locations, asked);
  if (isUnknownPlace(scope)) return answerUnknownPlace(inquiry, scope);
  const early = answerWithoutSource(inquiry, scope);
  if (early !== undefined) return early;
  const surroundings = { company, scope, graceMs: settings.graceMs };
  return thenMaybe(askSource(company, work), ({ unreadable }) =>
    answerFromPermits(inquiry, surroundings, unreadable === undefined),
  );
}
