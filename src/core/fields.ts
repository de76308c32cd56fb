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
  const unknownKey = Object.keys(value).find((key) => !knownKeys.includes(key));
  if (unknownKey !== undefined) {
    throw fieldError(field, `${describeKey(unknownKey)} is not known; known keys: ${knownKeys.join(", ")}.`);
  }
  return value as Record<string, unknown>;
}

/** A text that holds something else than white space. */
export function readText(value: unknown, field: string): string {
  if (typeof value !== "string") throw fieldError(field, "must be text.");
  if (value.trim() === "") throw fieldError(field, "must not be empty.");
  return value;
}

/** A text, or `undefined` where the key is absent. */
export function readOptionalText(value: unknown, field: string): string | undefined {
  return value === undefined ? undefined : readText(value, field);
}

/** A whole number, 0 or more. */
export function readCount(value: unknown, field: string): number {
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
export function readSwitch(value: unknown, field: string): boolean {
  if (typeof value !== "boolean") throw fieldError(field, "must be true or false.");
  return value;
}

/** A key as it may be shown: one that looks like a plate or a secret is not repeated. */
export function describeKey(key: string): string {
  return /^[a-z][A-Za-z]{0,39}$/.test(key) ? `key "${key}"` : "a key";
}
