import { EnforcementError, isEnforcementError } from "../../../core/errors.ts";
import { readId } from "../../../core/fields.ts";
import { formatInstant, parseInstant, timeOf } from "../../../core/instant.ts";
import { ignorePromisesIn } from "../../../core/maybe-promise.ts";
import type { Outcome } from "../../../core/provider.ts";
import { type Outcomes, outcomesFor } from "../../../core/registration/outcome.ts";
import type { Receipt } from "../../../core/registration/registration.ts";
import type { Intent, RegistrationState } from "../../ledger/delivery.ts";

interface Sent {
  readonly right: RegistrationState;
  readonly intent: Intent;
}

/** Each operation of a batch with its outcome. A cancelled right has no receipt. */
export type BatchOutcomes<Item> = Outcomes<Item, Receipt | undefined>;

/**
 * Reads a provider's result for a batch as carefully as a vendor's reply, because a host may have written the provider.
 * Whatever cannot be read is an `invalid_response` with an unknown outcome, so that the operation is repeated by its
 * reference. From here on, every operation has an outcome.
 */
export function readOutcomes<Item extends Sent>(
  given: unknown,
  items: readonly Item[],
  providerId: string,
): BatchOutcomes<Item> {
  const invalid = (problem: string): Outcome<never> => {
    const message = `The provider ${problem}.`;
    const error = new EnforcementError("invalid_response", message, { providerId, outcome: "unknown" });
    return { ok: false, error };
  };
  // In a list of another length, no outcome can be matched with its operation.
  if (!Array.isArray(given) || given.length !== items.length) {
    ignorePromisesIn(given);
    const problem = Array.isArray(given)
      ? `gave another number of outcomes (${given.length}) than of operations (${items.length})`
      : "gave no list of outcomes";
    return outcomesFor(items, () => invalid(problem));
  }
  return outcomesFor(items, (item, index) => {
    const outcome: unknown = given[index];
    try {
      return readOutcome(outcome, item, { providerId, invalid });
    } catch {
      ignorePromisesIn(outcome);
      return invalid("gave an outcome that cannot be read");
    }
  });
}

function readOutcome(
  given: unknown,
  { right, intent }: Sent,
  { providerId, invalid }: { providerId: string; invalid: (problem: string) => Outcome<never> },
): Outcome<Receipt | undefined> {
  const { ok, value, error } = (given ?? {}) as { ok?: unknown; value?: unknown; error?: unknown };
  if (ok === false && isEnforcementError(error)) return { ok, error };
  if (ok !== true) {
    // A provider that forgot to await returns a list of promises.
    ignorePromisesIn(given);
    return invalid("gave an outcome that is none");
  }
  if (intent.operation === "cancel") return { ok, value: undefined };
  const receipt = readReceiptOf(value, { right, intent, providerId });
  return receipt === undefined ? invalid("gave no receipt of what it carried out") : { ok, value: receipt };
}

/**
 * The receipt of a carried-out operation; undefined when the value is none. It is built from the checked fields only,
 * because a ledger stores it as JSON and the next amendment reads it again. Its registration is the one that was sent.
 */
function readReceiptOf(
  value: unknown,
  { right, intent, providerId }: Sent & { providerId: string },
): Receipt | undefined {
  const given = value as Partial<Record<keyof Receipt, unknown>> | null | undefined;
  if (given?.v !== 1 || given.providerId !== providerId) return undefined;
  const reference = readId(given.reference, "reference");
  const target = readId(given.target, "target");
  const coveredUntil = readCoveredUntil(given.coveredUntil, intent);
  if (coveredUntil === undefined) return undefined;
  const { validTo } = intent;
  const isAsSent = right.registration.validTo === validTo;
  const registration = isAsSent ? right.registration : { ...right.registration, validTo };
  return { v: 1, providerId, reference, target, registration, coveredUntil };
}

/**
 * Undefined when the right would be over at the instant of its decision: sync would register it anew at once, without
 * end.
 */
function readCoveredUntil(value: unknown, { at, validTo }: Intent): string | undefined {
  if (value === validTo && validTo !== null) return validTo;
  const coveredUntil = parseInstant(value, "coveredUntil");
  const time = coveredUntil.getTime();
  const isOver = time <= timeOf(at) && (validTo === null || time < timeOf(validTo));
  return isOver ? undefined : formatInstant(coveredUntil);
}
