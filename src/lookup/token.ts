import type { StoredCredential } from "../core/credential.ts";
import type { LookupDialect, LookupRequest } from "../core/dialect.ts";
import { proveCredential, sha256Hex } from "./secret-hash.ts";

/**
 * Whether a request proves the second secret that its dialect asks for. A dialect that asks for none is content.
 *
 * @throws EnforcementError `invalid_input` when a stored hash is not SHA-256 as hex
 */
export function provesToken(
  request: LookupRequest,
  credential: StoredCredential,
  dialect: LookupDialect,
): boolean {
  if (dialect.readToken === undefined) return true;
  const token = findToken(request, dialect) ?? "";
  const { hashes, tokenHashes = hashes } = credential;
  const proven = proveCredential(sha256Hex(token), { ...credential, hashes: tokenHashes });
  return token !== "" && proven !== undefined;
}

function findToken(request: LookupRequest, dialect: LookupDialect): string | undefined {
  try {
    return dialect.readToken?.(request);
  } catch {
    // A body that nobody can read proves nothing.
    return undefined;
  }
}
