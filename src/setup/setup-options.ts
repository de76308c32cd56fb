import { fieldError } from "../core/fields.ts";
import type { EvidenceStore } from "./evidence/evidence.ts";

/** Longer than an operation of a provider takes by default, so that the provider's own words come first. */
export const DEFAULT_DEADLINE_MS = 45_000;

// setTimeout cannot count further, and fires at once instead.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** A deadline in milliseconds. */
export function readDeadline(value: unknown): number {
  if (typeof value === "number" && value >= 1 && value <= MAX_TIMER_MS) return value;
  throw fieldError("deadlineMs", `must be a number from 1 to ${MAX_TIMER_MS}.`);
}

/** A value with the two functions of a store. */
export function readStore(value: unknown): EvidenceStore {
  const store = value as Partial<EvidenceStore> | null | undefined;
  if (typeof store?.list === "function" && typeof store.save === "function") return value as EvidenceStore;
  throw fieldError("evidence", "must be a store such as fileEvidence() makes.");
}
