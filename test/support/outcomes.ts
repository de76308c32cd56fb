import type { Outcome } from "../../src/core/provider.ts";
import type { Receipt } from "../../src/core/registration/registration.ts";

/** The receipts of the successful outcomes. */
export function receiptsOf(outcomes: readonly Outcome<Receipt>[]): Receipt[] {
  return outcomes.flatMap((outcome) => (outcome.ok ? [outcome.value] : []));
}

/** A failure as plain data, with the position of its input. */
export interface Failure extends Record<string, unknown> {
  readonly index: number;
}

/** The failed outcomes, in their order. */
export function failuresOf(outcomes: readonly Outcome<unknown>[]): Failure[] {
  return outcomes.flatMap((outcome, index) => (outcome.ok ? [] : [{ index, ...outcome.error.toJSON() }]));
}
