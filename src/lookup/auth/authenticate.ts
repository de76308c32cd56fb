import type { MaybePromise } from "../../core/directory/directory.ts";
import { readId, readList } from "../../core/fields.ts";
import type { Authorizer, PresentedCredential, StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupDialect } from "../../core/lookup/dialect.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import { ignorePromise, isPromise, thenMaybe } from "../../core/maybe-promise.ts";
import { type Deadline, isInterruption } from "../deadline.ts";

/** With what a request is authenticated. */
export interface Authentication {
  readonly authorizers: readonly Authorizer[];
  readonly dialect: LookupDialect;
  /** Hears why the credential in the body, where there should be one, cannot be read. */
  readonly onUnreadable: (thrown: unknown) => void;
}

/**
 * The credential that a request proves to the first authorizer that recognises one.
 *
 * @throws what an authorizer threw, when none recognised anything: then it is not known that the asking party is a
 * stranger
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

/** What an authorizer threw. The next one may still recognise the request. */
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

/** The header by which an unauthorized party learns how to present itself. */
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
    // A body that cannot be read proves nothing. What is wrong with it is for the audit, not for strangers.
    onUnreadable(thrown);
    return undefined;
  }
}

/** A credential that does not say clearly whose permits may be seen opens nothing. */
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
