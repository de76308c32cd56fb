import { EnforcementError, isEnforcementError } from "./errors.ts";
import { fieldError, readNonNegativeInteger, readRecord } from "./fields.ts";
import { parseInstant } from "./instant.ts";
import type { OperationOptions } from "./provider.ts";
import { MAX_TIMER_MS } from "./timers.ts";

// Readers of the options that a host gives to a factory or a call. Each failure names the option and what it must be, and
// never shows the value. Options of providers that send HTTP requests have a schema: `parseOptions` of src/http.

/**
 * Reads the options of a factory.
 *
 * @param field what the error names instead of the option's own field
 * @throws EnforcementError `invalid_config` with the factory's name in front, in place of the one that `read` throws
 */
export function readConfig<Settings>(factory: string, read: () => Settings, field?: string): Settings {
  try {
    return read();
  } catch (thrown) {
    if (!isEnforcementError(thrown)) throw thrown;
    const message = `${factory}: ${thrown.message}`;
    throw new EnforcementError("invalid_config", message, { field: field ?? thrown.field });
  }
}

/**
 * Reads the options of a factory as a record whose keys are all known.
 *
 * @throws EnforcementError `invalid_config` naming the factory, the key and those that are known
 */
export function readFactoryOptions(
  options: unknown,
  factory: string,
  knownKeys: readonly string[],
): Record<string, unknown> {
  return readConfig(factory, () => readRecord(options, "options", knownKeys), `${factory} options`);
}

/** Reads a function. What it takes and returns is not checked. */
export function readFunction<Func>(value: unknown, field: string): Func {
  if (typeof value !== "function") throw fieldError(field, "must be a function; see its type.");
  return value as Func;
}

/** Reads a function; `undefined` where the option is absent. */
export function readOptionalFunction<Func>(value: unknown, field: string): Func | undefined {
  return value === undefined ? undefined : readFunction<Func>(value, field);
}

/** Reads an object that has these methods, such as a ledger or a directory. */
export function readMethods<Value>(value: unknown, field: string, methods: readonly string[]): Value {
  if (typeof value !== "object" || value === null) throw fieldError(field, "is missing.");
  for (const method of methods) {
    readFunction((value as Record<string, unknown>)[method], `${field}.${method}`);
  }
  return value as Value;
}

/** The smallest and the largest number that an option takes. */
export interface NumberRange {
  readonly least: number;
  readonly most: number;
}

/** Reads a number within a range; it need not be whole. */
export function readNumber(value: unknown, field: string, { least, most }: NumberRange): number {
  if (typeof value === "number" && value >= least && value <= most) return value;
  throw fieldError(field, `must be a number from ${showNumber(least)} to ${showNumber(most)}.`);
}

/** Reads a whole number within a range. */
export function readInteger(value: unknown, field: string, { least, most }: NumberRange): number {
  if (Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most) {
    return value as number;
  }
  throw fieldError(field, `must be a whole number from ${showNumber(least)} to ${showNumber(most)}.`);
}

/** Reads a time limit in milliseconds: a number from 1 to the longest delay of a timer. */
export function readDeadline(value: unknown, field = "deadlineMs"): number {
  return readNumber(value, field, { least: 1, most: MAX_TIMER_MS });
}

/** Reads one of the choices. The first one is the default. */
export function readChoice<Choice extends string>(
  value: unknown,
  field: string,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  const choice = value === undefined ? choices[0] : choices.find((one) => one === value);
  if (choice !== undefined) return choice;
  throw fieldError(field, `must be one of ${choices.map((one) => `"${one}"`).join(", ")}.`);
}

function showNumber(number: number): string {
  return number.toLocaleString("en");
}

/** {@link OperationOptions} after they were checked. */
export interface CheckedOperationOptions {
  readonly at: Date;
  readonly signal: AbortSignal | undefined;
  readonly retries: number | undefined;
}

/** Checks the options of a push operation; `extraKeys` are those that the operation reads itself. */
export function readOperationOptions(
  options: OperationOptions | undefined,
  now: Date,
  extraKeys: readonly string[] = [],
): CheckedOperationOptions {
  const { at, signal, retries } = readRecord(options ?? {}, "options", [
    "at",
    "signal",
    "retries",
    ...extraKeys,
  ]);
  return {
    at: at === undefined ? now : parseInstant(at, "options.at"),
    signal: readSignal(signal, "options.signal"),
    retries: retries === undefined ? undefined : readNonNegativeInteger(retries, "options.retries"),
  };
}

/** An `AbortSignal`, also one from another realm, or `undefined`. */
export function readSignal(value: unknown, field: string): AbortSignal | undefined {
  if (value === undefined) return undefined;
  const signal = value as Partial<AbortSignal> | null;
  if (typeof signal?.addEventListener !== "function" || typeof signal.aborted !== "boolean") {
    throw fieldError(field, "must be an AbortSignal.");
  }
  return value as AbortSignal;
}
