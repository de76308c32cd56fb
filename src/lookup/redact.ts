import { createHmac, createSecretKey } from "node:crypto";
import { fieldError, readRecord } from "../core/fields.ts";

/** How plates are hashed in audit records. */
export interface RedactOptions {
  /**
   * The key of the hash: text or bytes, at least 16 bytes, 32 random ones recommended. Keep it secret, because a key that
   * leaks lets all plates be tried. Keep it unchanged, because records hashed with another key cannot be joined.
   */
  key: string | Uint8Array;
}

/** Hashes a canonical plate number to `h1:` and 64 hex digits. Equal plates have equal hashes in all records of one key. */
export type HashPlate = (plateNumber: string) => string;

const MIN_KEY_BYTES = 16;
const PREFIX = "h1:";

/** Creates a hash that is the HMAC-SHA-256 of a canonical plate number. */
export function createPlateHash(key: string | Uint8Array): HashPlate {
  const secret = createSecretKey(Buffer.from(key));
  return (plateNumber) => PREFIX + createHmac("sha256", secret).update(plateNumber, "utf8").digest("hex");
}

/** Whether a text is a hash of {@link HashPlate}. No canonical plate number has a colon. */
export function isPlateHash(text: string): boolean {
  return /^h1:[0-9a-f]{64}$/.test(text);
}

/** Reads the option `redact`. @throws EnforcementError that names it */
export function readRedactOptions(value: unknown): HashPlate | undefined {
  if (value === undefined) return undefined;
  const { key } = readRecord(value, "redact", ["key"]);
  const secret = readKey(key);
  if (Buffer.byteLength(secret) < MIN_KEY_BYTES) {
    throw fieldError("redact.key", `must have at least ${MIN_KEY_BYTES} bytes; 32 random ones are best.`);
  }
  return createPlateHash(secret);
}

function readKey(key: unknown): string | Uint8Array {
  if (typeof key === "string") return key;
  // Not `instanceof`: under Jest, a Buffer is a Uint8Array of another realm.
  if (ArrayBuffer.isView(key)) return new Uint8Array(key.buffer, key.byteOffset, key.byteLength);
  throw fieldError("redact.key", "must be text or bytes.");
}
