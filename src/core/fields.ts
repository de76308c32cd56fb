import { EnforcementError, type EnforcementErrorCode } from "./errors.ts";

// Checks for values that come from a host. Each failure names the field and the remedy, and never shows the value:
// a value in the wrong place may well be a plate or a secret.

/** A failure of one field, in the shape that every check here throws. */
export function fieldError(
  field: string,
  problem: string,
  code: EnforcementErrorCode = "invalid_input",
): EnforcementError {
  return new EnforcementError(code, `${field}: ${problem}`, { field });
}

/** The value as a record whose keys are all known. */
export function readRecord(
  value: unknown,
  field: string,
  knownKeys: readonly string[],
): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw fieldError(field, `must be an object with the keys ${knownKeys.join(", ")}.`);
  }
  const unknownKey = findUnknownKey(value, knownKeys);
  if (unknownKey !== undefined) throw unknownKeyError(unknownKey, field, knownKeys);
  return value as Record<string, unknown>;
}

export function unknownKeyError(key: string, field: string, knownKeys: readonly string[]): EnforcementError {
  return fieldError(field, `${describeKey(key)} is not known; known keys: ${knownKeys.join(", ")}.`);
}

/** The first of a record's own keys that is not known. */
export function findUnknownKey(value: object, knownKeys: readonly string[]): string | undefined {
  return Object.keys(value).find((key) => !knownKeys.includes(key));
}

/**
 * A text that holds something else than white space, and that every ledger and vendor can keep as it is: a lone half of
 * a surrogate pair becomes U+FFFD in UTF-8, so that two ids would become one, and U+0000 ends a text in C and PostgreSQL.
 */
export function readText(value: unknown, field: string): string {
  if (typeof value !== "string") throw fieldError(field, describeNoText(value));
  if (value.trim() === "") throw fieldError(field, "must not be empty.");
  const damage = findDamage(value);
  if (damage !== undefined) throw fieldError(field, damage);
  return value;
}

function describeNoText(value: unknown): string {
  return value === null ? "must be text; leave the key out where there is none." : "must be text.";
}

/** Why a text cannot be stored and sent as it is; `undefined` when it can. */
export function findDamage(text: string): string | undefined {
  if (!text.isWellFormed()) return "holds half of a surrogate pair; the text is damaged.";
  return text.includes("\0") ? "holds the character U+0000; the text is damaged." : undefined;
}

/** The longest id, in characters as `length` of a text counts them: UTF-16 code units. */
export const MAX_ID_LENGTH = 512;

/** An id of a permit, company, location or provider, or a target: a text that every ledger can keep as a key. */
export function readId(value: unknown, field: string): string {
  const id = readText(value, field);
  const problem = findExcess(id);
  if (problem !== undefined) throw fieldError(field, problem);
  return id;
}

/** Why a text is too long to be an id; `undefined` when it is not. */
export function findExcess(id: string): string | undefined {
  return id.length <= MAX_ID_LENGTH
    ? undefined
    : `is too long; an id has at most ${MAX_ID_LENGTH} characters.`;
}

/** Whether a text has the form of a UUID, in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A text, or `undefined` where the key is absent. */
export function readOptionalText(value: unknown, field: string): string | undefined {
  return value === undefined ? undefined : readText(value, field);
}

/** A whole number, 0 or more. */
export function readNonNegativeInteger(value: unknown, field: string): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) {
    throw fieldError(field, "must be a whole number, 0 or more.");
  }
  return value as number;
}

/** An array. Empty is allowed unless `atLeastOne` says otherwise. */
export function readList(value: unknown, field: string, options: { atLeastOne?: boolean } = {}): unknown[] {
  if (!Array.isArray(value)) throw fieldError(field, "must be an array.");
  if (options.atLeastOne && value.length === 0) throw fieldError(field, "must hold at least one entry.");
  return value;
}

/** A boolean. */
export function readBoolean(value: unknown, field: string): boolean {
  if (typeof value !== "boolean") throw fieldError(field, "must be true or false.");
  return value;
}

/** A key as it may be shown: one that looks like a plate or a secret is not repeated. */
export function describeKey(key: string): string {
  return /^[a-z][A-Za-z_]{0,39}$/.test(key) ? `key "${key}"` : "a key";
}
