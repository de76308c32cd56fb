import { fieldError, readList, readRecord, readText } from "../../core/fields.ts";
import { notify } from "../../core/maybe-promise.ts";
import { readOptionalFunction, readSignal } from "../../core/options.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import type { PushProvider } from "../../core/provider.ts";
import type { DriftKind, ReconcileOptions, ReconcileProgress } from "./drift.ts";

const KEYS = ["signal", "onProgress", "repair", "targets", "testPlates"];
const KINDS: readonly DriftKind[] = ["missing", "other_end", "extra"];

/** {@link ReconcileOptions}, checked and with defaults. */
export interface CheckedReconcileOptions {
  readonly signal: AbortSignal | undefined;
  readonly repairs: ReadonlySet<DriftKind>;
  readonly targets: readonly string[];
  /** Canonical plate numbers. */
  readonly testPlates: ReadonlySet<string>;
  readonly onProgress: (progress: ReconcileProgress) => void;
}

/** @throws EnforcementError `invalid_input` naming the option */
export function readReconcileOptions(
  options: ReconcileOptions,
  provider: PushProvider,
): CheckedReconcileOptions {
  const given = readRecord(options, "options", KEYS);
  const written = readList(given["testPlates"] ?? [], "options.testPlates");
  return {
    signal: readSignal(given["signal"], "options.signal"),
    repairs: readRepairs(given["repair"] ?? true),
    targets: readList(given["targets"] ?? [], "options.targets").map((target, index) =>
      readText(target, `options.targets[${index}]`),
    ),
    testPlates: new Set([
      canonicalPlateNumber(provider.setup.testPlate, "setup.testPlate"),
      ...written.map((plate, index) => canonicalPlateNumber(plate, `options.testPlates[${index}]`)),
    ]),
    onProgress: readListener(given["onProgress"], "options.onProgress"),
  };
}

function readRepairs(value: unknown): ReadonlySet<DriftKind> {
  if (typeof value === "boolean") return new Set(value ? KINDS : []);
  const known = new Set<unknown>(KINDS);
  if (Array.isArray(value) && value.every((kind) => known.has(kind))) return new Set(value);
  throw fieldError("options.repair", `must be true, false or a list of ${KINDS.join(", ")}.`);
}

/**
 * Reads an optional callback and wraps it so that what it throws, or rejects with, is ignored.
 *
 * @throws EnforcementError `invalid_input` when it is not a function
 */
export function readListener<Value>(value: unknown, field: string): (value: Value) => void {
  const listener = readOptionalFunction<(value: Value) => unknown>(value, field);
  return (heard) => notify(listener, heard);
}
