import type { StoredCredential } from "../../core/lookup/credential.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import type { Authentication } from "./authenticate.ts";
import { proveCredential, sha256Hex } from "./secret-hash.ts";

/**
 * Whether a request proves the second secret that its dialect requires. True when the dialect requires none.
 *
 * @throws EnforcementError `invalid_input` when a stored hash is not SHA-256 as hex
 */
export function provesToken(
  request: LookupRequest,
  credential: StoredCredential,
  by: Pick<Authentication, "dialect" | "onUnreadable">,
): boolean {
  if (by.dialect.readToken === undefined) return true;
  const token = findToken(request, by) ?? "";
  const { hashes, tokenHashes = hashes } = credential;
  const proven = proveCredential(sha256Hex(token), { ...credential, hashes: tokenHashes });
  return token !== "" && proven !== undefined;
}

function findToken(
  request: LookupRequest,
  { dialect, onUnreadable }: Pick<Authentication, "dialect" | "onUnreadable">,
): string | undefined {
  try {
    return dialect.readToken?.(request);
  } catch (thrown) {
    // An unreadable body proves no token.
    onUnreadable(thrown);
    return undefined;
  }
}
