import { hash, timingSafeEqual } from "node:crypto";
import { fieldError, readList } from "../../core/fields.ts";
import type { StoredCredential } from "../../core/lookup/lookup-message.ts";

// A wrong secret is compared at least this often, also when the name is unknown. The time that a refusal takes then reveals
// neither whether a name exists nor whether its secret is being rotated.
const MIN_COMPARISONS = 2;

/** SHA-256 of a secret in UTF-8, as lower-case hex. A fast hash is enough: issued secrets are 256 random bits. */
export function sha256Hex(secret: string): string {
  return hash("sha256", secret);
}

/**
 * The stored credential when the secret's hash is one of its hashes, else `undefined`. Every hash is compared, each in constant
 * time.
 *
 * @throws EnforcementError `invalid_input` when a stored hash is not SHA-256 as hex: a secret stored in plain text must never
 * match
 */
export function proveCredential(
  secretHash: string,
  stored: StoredCredential | undefined | null,
): StoredCredential | undefined {
  const given = Buffer.from(secretHash, "latin1");
  const hashes = stored ? readList(stored.hashes, "credential.hashes") : [];
  let isKnown = false;
  for (const known of hashes) isKnown = isEqual(given, known) || isKnown;
  if (stored && isKnown) return stored;
  for (let count = hashes.length; count < MIN_COMPARISONS; count += 1) isEqual(given, HASH_OF_NO_SECRET);
  return undefined;
}

// Matches no secret. Only used to spend the time of a comparison.
const HASH_OF_NO_SECRET = "0".repeat(64);

function isEqual(given: Buffer, known: unknown): boolean {
  return timingSafeEqual(given, Buffer.from(readHash(known), "latin1"));
}

function readHash(hash: unknown): string {
  if (typeof hash === "string" && /^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw fieldError("credential.hashes", "must hold SHA-256 hashes as 64 hex digits; see issueCredentials().");
}
