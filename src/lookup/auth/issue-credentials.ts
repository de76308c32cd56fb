import { randomBytes } from "node:crypto";
import { readId, readList, readRecord } from "../../core/fields.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";
import { sha256Hex } from "./secret-hash.ts";

/** A new credential: the user name and password for the vendor, and the record that the host stores. */
export interface IssuedCredentials {
  /** For the vendor: `lookup-` and 16 hex digits. */
  readonly username: string;
  /**
   * For the vendor: 256 random bits as base64url. It is the password, and also the API key or bearer token. It cannot be
   * recovered later. Not enumerable, so that logging or serialising the object omits it; `const { password } = issued` works.
   */
  readonly password: string;
  /** For the host's database. It holds only the password's hash. */
  readonly stored: StoredCredential;
}

/**
 * Issues a user name and a password for one company, or for some of its locations. Without `locationIds` the credential may ask
 * about all of the company's locations.
 *
 * To rotate a password, issue again and add the new `stored.hashes[0]` to the hashes of the stored credential. Both passwords
 * then work under the old user name, until the host removes the old hash.
 *
 * @throws EnforcementError `invalid_input` when an id is missing or empty, or when `locationIds` is an empty list
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
