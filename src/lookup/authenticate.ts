import type { Authorizer, PresentedCredential, StoredCredential } from "../core/credential.ts";
import type { LookupDialect, LookupRequest } from "../core/dialect.ts";
import { readList, readText } from "../core/fields.ts";
import { type Deadline, Interruption } from "./deadline.ts";

/**
 * The credential that a request proves to the first authorizer that recognises one.
 *
 * @throws what an authorizer threw, when none recognised anything: then nobody knows that the asking party is a
 * stranger
 */
export async function authenticate(
  request: LookupRequest,
  by: { authorizers: readonly Authorizer[]; dialect: LookupDialect },
  deadline: Deadline,
): Promise<StoredCredential | undefined> {
  const presented = findPresented(request, by.dialect);
  let failure: { thrown: unknown } | undefined;
  for (const authorizer of by.authorizers) {
    try {
      const credential = await deadline.within(authorizer.authorize(request, presented));
      if (credential) return readIdentity(credential);
    } catch (thrown) {
      if (thrown instanceof Interruption) throw thrown;
      failure ??= { thrown };
    }
  }
  if (failure !== undefined) throw failure.thrown;
  return undefined;
}

/** The header by which an unauthorized party learns how to present itself. */
export function challengesOf(authorizers: readonly Authorizer[]): Record<string, string> {
  const challenges = authorizers.flatMap(({ challenge }) => challenge ?? []);
  return challenges.length === 0 ? {} : { "www-authenticate": [...new Set(challenges)].join(", ") };
}

function findPresented(request: LookupRequest, dialect: LookupDialect): PresentedCredential | undefined {
  try {
    return dialect.readCredential?.(request);
  } catch {
    // A body that nobody can read proves nothing. What is wrong with it is not for strangers.
    return undefined;
  }
}

/** A credential that does not say clearly whose permits may be seen opens nothing. */
function readIdentity(credential: StoredCredential): StoredCredential {
  readText(credential.id, "credential.id");
  readText(credential.companyId, "credential.companyId");
  if (credential.locationIds !== undefined) {
    for (const id of readList(credential.locationIds, "credential.locationIds")) {
      readText(id, "credential.locationIds");
    }
  }
  return credential;
}
