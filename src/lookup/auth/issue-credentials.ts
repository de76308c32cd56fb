import { randomBytes } from "node:crypto";
import { readId, readList, readRecord } from "../../core/fields.ts";
import type { StoredCredential } from "../../core/lookup/credential.ts";
import { sha256Hex } from "./secret-hash.ts";

/** What is handed to whoever sets up the vendor's side, and what the host keeps. */
export interface IssuedCredentials {
  readonly username: string;
  /**
   * 256 random bits as base64url: the password, and the API key or bearer token as well. Shown this once. Not
   * enumerable, so that logging or serialising the whole object leaves it out; `const { password } = issued` works.
   */
  readonly password: string;
  /** For the host's database. It holds the password's hash only. */
  readonly stored: StoredCredential;
}

/**
 * Issues a user name and a password for one company, or for some of its locations.
 *
 * To rotate a password, issue again and add the new `stored.hashes[0]` to the hashes of the stored credential; both
 * passwords then work under the old user name until the old hash is removed.
 *
 * @throws EnforcementError `invalid_input` when an id is missing or empty, or `locationIds` is an empty list
 */
export function issueCredentials(holder: {
  companyId: string;
  locationIds?: readonly string[];
}): IssuedCredentials {
  const { companyId, locationIds } = readRecord(holder, "issueCredentials", ["companyId", "locationIds"]);
  const username = `lookup-${randomBytes(8).toString("hex")}`;
  const password = randomBytes(32).toString("base64url");
  const stored: StoredCredential = {
    id: username,
    companyId: readId(companyId, "companyId"),
    ...(locationIds === undefined ? {} : { locationIds: readIds(locationIds) }),
    hashes: [sha256Hex(password)],
  };
  const issued = Object.defineProperty({ username, stored }, "password", {
    value: password,
    enumerable: false,
  });
  return Object.freeze(issued as IssuedCredentials);
}

function readIds(value: unknown): string[] {
  const ids = readList(value, "locationIds", { atLeastOne: true });
  return ids.map((id, index) => readId(id, `locationIds[${index}]`));
}
