import { createHmac, createSecretKey } from "node:crypto";
import { fieldError, readRecord } from "../core/fields.ts";

/** How plates are kept out of audit records. */
export interface RedactOptions {
  /**
   * At least 16 bytes, better 32 random ones. Kept secret and never changed: there are few enough plates to try them
   * all, and hashes of another key cannot be joined with these.
   */
  key: string | Uint8Array;
}

/** What stands for a plate: `h1:` and 64 hex digits. The same plate has the same one in every record. */
export type HashPlate = (plateNumber: string) => string;

const LEAST_KEY_BYTES = 16;
const PREFIX = "h1:";

/** HMAC-SHA-256 of a canonical plate number. */
export function createPlateHash(key: string | Uint8Array): HashPlate {
  const secret = createSecretKey(Buffer.from(key));
  return (plateNumber) => PREFIX + createHmac("sha256", secret).update(plateNumber, "utf8").digest("hex");
}

/** Whether a text stands for a plate. No canonical number has a colon. */
export function isPlateHash(text: string): boolean {
  return /^h1:[0-9a-f]{64}$/.test(text);
}

/** Checks the option `redact`. */
export function readRedactOptions(value: unknown): HashPlate | undefined {
  if (value === undefined) return undefined;
  const { key } = readRecord(value, "redact", ["key"]);
  const secret = readKey(key);
  if (Buffer.byteLength(secret) < LEAST_KEY_BYTES) {
    throw fieldError("redact.key", `must have at least ${LEAST_KEY_BYTES} bytes; 32 random ones are best.`);
  }
  return createPlateHash(secret);
}

function readKey(key: unknown): string | Uint8Array {
  if (typeof key === "string") return key;
  // Not `instanceof`: under Jest, a Buffer is a Uint8Array of another realm.
  if (ArrayBuffer.isView(key)) return new Uint8Array(key.buffer, key.byteOffset, key.byteLength);
  throw fieldError("redact.key", "must be text or bytes.");
}
