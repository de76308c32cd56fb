import type { MaybePromise } from "../../core/directory/directory.ts";
import { readId, readList } from "../../core/fields.ts";
import type { Authorizer, PresentedCredential, StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupDialect } from "../../core/lookup/dialect.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import { ignorePromise, isPromise, thenMaybe } from "../../core/maybe-promise.ts";
import { type Deadline, isInterruption } from "../deadline.ts";

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
  const presented = findPresented(request, by);
  return askFrom(0, undefined);

  function askFrom(
    position: number,
    failure: Failure | undefined,
  ): MaybePromise<StoredCredential | undefined> {
    const authorizer = by.authorizers[position];
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

/** The `WWW-Authenticate` header of a 401; no header when no authorizer has a challenge. */
export function challengesOf(authorizers: readonly Authorizer[]): Record<string, string> {
  const challenges = authorizers.flatMap(({ challenge }) => challenge ?? []);
  return challenges.length === 0 ? {} : { "www-authenticate": [...new Set(challenges)].join(", ") };
}

function findPresented(
  request: LookupRequest,
  { dialect, onUnreadable }: Authentication,
): PresentedCredential | undefined {
  try {
    const presented = dialect.readCredential?.(request);
    ignorePromise(presented);
    return presented;
  } catch (thrown) {
    // An unreadable body proves no credential. The audit says what is wrong with it; the reply does not.
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
