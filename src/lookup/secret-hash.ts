import { hash, timingSafeEqual } from "node:crypto";
import type { StoredCredential } from "../core/credential.ts";
import { fieldError, readList } from "../core/fields.ts";

// Compared when nobody is known by a name, so that a stranger's name costs what a known one does. No secret has it.
const NOBODYS_HASHES = ["0".repeat(64)];

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
  GIVEN.write(secretHash, "latin1");
  let isKnown = false;
  for (const known of readList(stored ? stored.hashes : NOBODYS_HASHES, "credential.hashes")) {
    KNOWN.write(readHash(known), "latin1");
    isKnown = timingSafeEqual(GIVEN, KNOWN) || isKnown;
  }
  return stored && isKnown ? stored : undefined;
}

// Two hashes as hex, written over by each comparison.
const GIVEN = Buffer.alloc(64);
const KNOWN = Buffer.alloc(64);

function readHash(hash: unknown): string {
  if (typeof hash === "string" && /^[0-9a-f]{64}$/i.test(hash)) return hash.toLowerCase();
  throw fieldError("credential.hashes", "must hold SHA-256 hashes as 64 hex digits; see issueCredentials().");
}
