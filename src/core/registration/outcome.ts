import { EnforcementError, isEnforcementError, withErrorDetails } from "../errors.ts";
import type { Outcome } from "../provider.ts";

/** Runs a check or an operation and makes its failure a value. */
export async function toOutcome<Value>(run: () => Value | Promise<Value>): Promise<Outcome<Value>> {
  try {
    return { ok: true, value: await run() };
  } catch (thrown) {
    return { ok: false, error: toEnforcementError(thrown) };
  }
}

/** {@link toOutcome} for a check that has its result at once. */
export function outcomeOf<Value>(check: () => Value): Outcome<Value> {
  try {
    return { ok: true, value: check() };
  } catch (thrown) {
    return { ok: false, error: toEnforcementError(thrown) };
  }
}

/**
 * Each input with its outcome. From an adapter to durable sync outcomes go by their input, never by their place in a list.
 */
export type Outcomes<Input, Value> = ReadonlyMap<Input, Outcome<Value>>;

/** {@link Outcomes} of a list: `outcomeFor` gives that of each input. */
export function outcomesFor<Input, Value>(
  inputs: readonly Input[],
  outcomeFor: (input: Input, index: number) => Outcome<Value>,
): Outcomes<Input, Value> {
  const outcomes = new Map<Input, Outcome<Value>>();
  for (let index = 0; index < inputs.length; index += 1) {
    const input = inputs[index] as Input;
    outcomes.set(input, outcomeFor(input, index));
  }
  return outcomes;
}

/** The value of the only outcome of a single operation; throws its error. */
export function unwrapOutcome<Value>([outcome]: readonly Outcome<Value>[]): Value {
  if (outcome?.ok) return outcome.value;
  throw outcome?.error ?? toEnforcementError(undefined);
}

function toEnforcementError(thrown: unknown): EnforcementError {
  // What is not ours may print anything, a plate included, so nothing of it is kept.
  return isEnforcementError(thrown)
    ? thrown
    : new EnforcementError("unavailable", "An unexpected failure ended it.");
}

/** Runs checks of an operation's input, so that what they throw says which provider and operation it was. */
export function inOperation<Value>(
  origin: { providerId: string; operation: string },
  check: () => Value,
): Value {
  try {
    return check();
  } catch (thrown) {
    throw isEnforcementError(thrown) ? withErrorDetails(thrown, origin) : thrown;
  }
}
