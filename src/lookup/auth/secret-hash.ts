import { hash, timingSafeEqual } from "node:crypto";
import { fieldError, readList } from "../../core/fields.ts";
import type { StoredCredential } from "../../core/lookup/credential.ts";

// A secret that is wrong is compared as often as during a rotation, also when nobody has the name: what a refusal costs
// tells neither whether a name is known nor whether its secret is being replaced.
const LEAST_COMPARISONS = 2;

/** SHA-256 of a secret in UTF-8, as lower-case hex. Fast is right here: issued secrets are long and random. */
export function sha256Hex(secret: string): string {
  return hash("sha256", secret);
}

/**
 * The stored credential, when the secret's hash is one of its hashes. Every hash is compared, in constant time; the
 * secret itself is compared with nothing.
 *
 * @throws EnforcementError `invalid_input` when a stored hash is not SHA-256 as hex: a secret stored as it is must
 * never open anything
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
  for (let count = hashes.length; count < LEAST_COMPARISONS; count += 1) isEqual(given, NOBODYS_HASH);
  return undefined;
}

// No secret has it.
const NOBODYS_HASH = "0".repeat(64);

function isEqual(given: Buffer, known: unknown): boolean {
  return timingSafeEqual(given, Buffer.from(readHash(known), "latin1"));
}

function readHash(hash: unknown): string {
  if (typeof hash === "string" && /^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw fieldError("credential.hashes", "must hold SHA-256 hashes as 64 hex digits; see issueCredentials().");
}
