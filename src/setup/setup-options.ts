import { fieldError } from "../core/fields.ts";
import type { EvidenceStore } from "./evidence/evidence.ts";

/** Longer than a provider's default deadline of 30 s, so that the provider reports its own error first. */
export const DEFAULT_DEADLINE_MS = 45_000;

// A longer delay overflows setTimeout, which then fires at once.
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Reads a deadline in milliseconds. @throws EnforcementError that names `deadlineMs` */
export function readDeadline(value: unknown): number {
  if (typeof value === "number" && value >= 1 && value <= MAX_TIMER_MS) return value;
  throw fieldError("deadlineMs", `must be a number from 1 to ${MAX_TIMER_MS}.`);
}

/** Reads an evidence store. @throws EnforcementError that names `evidence` when a function is missing */
export function readStore(value: unknown): EvidenceStore {
  const store = value as Partial<EvidenceStore> | null | undefined;
  if (typeof store?.list === "function" && typeof store.save === "function") return value as EvidenceStore;
  throw fieldError("evidence", "must be a store such as fileEvidence() makes.");
}
