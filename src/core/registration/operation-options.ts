import { fieldError, readNonNegativeInteger, readRecord } from "../fields.ts";
import { parseInstant } from "../instant.ts";
import type { OperationOptions } from "../provider.ts";

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
