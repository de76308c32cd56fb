import { createHmac, createSecretKey } from "node:crypto";
import { fieldError, readRecord } from "../core/fields.ts";
import type { LookupPlace, LookupQuery } from "../core/lookup/dialect.ts";
import type { NameCandidate } from "../core/names/rank-candidates.ts";
import { canonicalPlateNumber } from "../core/permit/plate.ts";
import { findRegion } from "../core/permit/region.ts";
import type { Inquiry } from "./decide/inquiry.ts";

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

/**
 * Replaces the plate of a query with its hash, and each part that was not recognised: a plate may have been typed into the
 * field of the state or of the place. A readable region and the credential's own places stay readable.
 */
export function redactQuestion(query: LookupQuery, inquiry: Inquiry, hashPlate: HashPlate): LookupQuery {
  const { plateNumbers } = inquiry;
  const { plate, region, place } = query;
  // Not `...query`: a query of the host's own dialect may have more keys.
  return {
    plate: plateNumbers?.[0] === undefined ? hashText(plate, hashPlate) : hashPlate(plateNumbers[0]),
    ...(region === undefined
      ? undefined
      : { region: findRegion(region) === undefined ? hashText(region, hashPlate) : region }),
    ...(!place ? undefined : { place: redactPlace(place, inquiry, hashPlate) }),
  };
}

/** The closest names to an unknown place, without the name that was asked for. */
export function redactClosest(
  closest: readonly NameCandidate[],
  wanted: string,
  hashPlate: HashPlate,
): NameCandidate[] {
  return closest.map(({ name, difference, edits, tied }) => {
    const { kind, kinds, position, actual } = difference;
    const inWhat = kinds.join(", ").replaceAll("_", " ");
    const message = `differs at position ${position} (${inWhat})`;
    const expected = hashText(wanted, hashPlate);
    return {
      name,
      difference: { kind, kinds, position, expected, actual, codePoints: {}, message },
      edits,
      tied,
    };
  });
}

function redactPlace(place: LookupPlace, inquiry: Inquiry, hashPlate: HashPlate): LookupPlace {
  if (inquiry.isPlaceKnown) return place;
  const known = new Set(inquiry.unknownPlace?.names);
  const redact = (name: unknown): string =>
    typeof name === "string" && known.has(name) ? name : hashText(name, hashPlate);
  const { by, value } = place;
  return { by, value: Array.isArray(value) ? value.map(redact) : redact(value) };
}

/** The hash of the plate that the text holds, which equals that of other records. The hash of the text when it holds none. */
function hashText(text: unknown, hashPlate: HashPlate): string {
  try {
    return hashPlate(canonicalPlateNumber(text, "plate"));
  } catch {
    return hashPlate(String(text));
  }
}
