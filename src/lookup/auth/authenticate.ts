import { fieldError, readId, readList } from "../../core/fields.ts";
import { attempt } from "../../core/iterables.ts";
import type { LookupDialect, LookupRefusal } from "../../core/lookup/dialect.ts";
import type { Authorizer, LookupRequest, StoredCredential } from "../../core/lookup/lookup-message.ts";
import { ignorePromise, isPromise, type MaybePromise, thenMaybe } from "../../core/maybe-promise.ts";
import { type Deadline, isInterruption } from "../deadline.ts";
import type { LookupWork, ThrottleSettings } from "../options.ts";
import { createRefusal } from "../outcome.ts";
import { proveCredential, sha256Hex } from "./secret-hash.ts";

/** The authorizers and the dialect that authenticate a request. */
export interface Authentication {
  readonly authorizers: readonly Authorizer[];
  readonly dialect: LookupDialect;
  /** Called with the error when the credential in the body cannot be read. */
  readonly onUnreadable: (thrown: unknown) => void;
}

/**
 * The credential that the first authorizer recognises; `undefined` when none does.
 *
 * @throws the first error of an authorizer when no other one recognised the request: whether it has a valid credential is not
 * known then
 */
export function authenticate(
  request: LookupRequest,
  by: Authentication,
  deadline: Deadline,
): MaybePromise<StoredCredential | undefined> {
  const { authorizers, dialect } = by;
  const presented = dialect.readCredential && findInBody(() => dialect.readCredential?.(request), by);
  return askFrom(0, undefined);

  function askFrom(
    position: number,
    failure: Failure | undefined,
  ): MaybePromise<StoredCredential | undefined> {
    const authorizer = authorizers[position];
    if (authorizer === undefined) {
      if (failure !== undefined) throw failure.thrown;
      return undefined;
    }
    return thenMaybe(ask(authorizer), (said) => {
      if (said instanceof Failure) return askFrom(position + 1, failure ?? said);
      return said ?? askFrom(position + 1, failure);
    });
  }

  function ask(authorizer: Authorizer): MaybePromise<StoredCredential | Failure | undefined> {
    try {
      const credential = deadline.within(authorizer.authorize(request, presented));
      return isPromise(credential)
        ? credential.then(readIdentity).catch(toFailure)
        : readIdentity(credential);
    } catch (thrown) {
      return toFailure(thrown);
    }
  }
}

/** The error of an authorizer. The next authorizer may still recognise the request. */
class Failure {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    this.thrown = thrown;
  }
}

function toFailure(thrown: unknown): Failure {
  if (isInterruption(thrown)) throw thrown;
  return new Failure(thrown);
}

/** What the dialect finds in the body. A body that cannot be read proves nothing: the audit says why; the reply does not. */
function findInBody<Found>(find: () => Found, { onUnreadable }: Authentication): Found | undefined {
  try {
    const found = find();
    ignorePromise(found);
    return found;
  } catch (thrown) {
    onUnreadable(thrown);
    return undefined;
  }
}

/** Checks the credential that an authorizer returned: without valid ids it gives no access. */
function readIdentity(credential: StoredCredential | undefined): StoredCredential | undefined {
  if (!credential) return undefined;
  readId(credential.id, "credential.id");
  readId(credential.companyId, "credential.companyId");
  if (credential.locationIds !== undefined) {
    for (const id of readList(credential.locationIds, "credential.locationIds")) {
      readId(id, "credential.locationIds");
    }
  }
  return credential;
}

/**
 * Whether a request proves the second secret that its dialect requires. True when the dialect requires none.
 *
 * @throws EnforcementError `invalid_input` when a stored hash is not SHA-256 as hex
 */
export function provesToken(
  request: LookupRequest,
  credential: StoredCredential,
  by: Authentication,
): boolean {
  const { dialect } = by;
  if (dialect.readToken === undefined) return true;
  const token = findInBody(() => dialect.readToken?.(request), by) ?? "";
  const { hashes, tokenHashes = hashes } = credential;
  const proven = proveCredential(sha256Hex(token), { ...credential, hashes: tokenHashes });
  return token !== "" && proven !== undefined;
}

/**
 * The refusal for a request that proves no credential: 401, or 429 when the limiter rejects it. Only these requests reach the
 * limiter, so they cannot slow down a vendor with a valid credential.
 */
export async function refuseUnauthenticated(
  request: LookupRequest,
  { settings, inquiry, deadline }: LookupWork,
): Promise<LookupRefusal> {
  const { throttle, authorizers } = settings;
  try {
    if (throttle !== undefined) await deadline.within(throttle.limiter.consume(readKey(throttle, request)));
  } catch (thrown) {
    if (isExhausted(thrown)) return createRefusal("too_many_requests", { headers: retryAfter(thrown) });
    const hasGone = isInterruption(thrown) && thrown.reason === "aborted";
    // A limiter that fails refuses no request. The audit reports its failure.
    if (!hasGone) inquiry.failure = { at: "credentials", thrown };
  }
  return createRefusal("unauthorized", { headers: challengesOf(authorizers) });
}

/** The `WWW-Authenticate` header of a 401; no header when no authorizer has a challenge. */
function challengesOf(authorizers: readonly Authorizer[]): Record<string, string> {
  const challenges = authorizers.flatMap(({ challenge }) => challenge ?? []);
  return challenges.length === 0 ? {} : { "www-authenticate": [...new Set(challenges)].join(", ") };
}

interface Exhausted {
  readonly msBeforeNext: number;
}

function isExhausted(thrown: unknown): thrown is Exhausted {
  return typeof attempt(() => (thrown as Partial<Exhausted> | null | undefined)?.msBeforeNext) === "number";
}

/** The wait in whole seconds, rounded up. No header for a limiter that blocks for ever: its `msBeforeNext` is -1. */
function retryAfter({ msBeforeNext }: Exhausted): Record<string, string> {
  return msBeforeNext > 0 && Number.isFinite(msBeforeNext)
    ? { "retry-after": String(Math.ceil(msBeforeNext / 1_000)) }
    : {};
}

function readKey({ keyOf }: ThrottleSettings, request: LookupRequest): string {
  const key: unknown = keyOf(request);
  ignorePromise(key);
  if (typeof key !== "string") throw fieldError("throttleKey", "must return text.");
  return key;
}
