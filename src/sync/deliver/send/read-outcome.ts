import { EnforcementError, isEnforcementError } from "../../../core/errors.ts";
import { readId } from "../../../core/fields.ts";
import { formatInstant, parseInstant, timeOf } from "../../../core/instant.ts";
import { ignorePromisesIn } from "../../../core/maybe-promise.ts";
import type { Outcome } from "../../../core/provider.ts";
import type { Receipt } from "../../../core/registration/receipt.ts";
import type { Intent, Right } from "../../ledger/delivery.ts";

interface Sent {
  readonly right: Right;
  readonly intent: Intent;
}

/**
 * What a provider gave for a batch, read like a vendor's reply: a host may have written the provider. Whatever cannot be
 * read is an `invalid_response` whose outcome is unknown, so that it is repeated by its reference.
 */
export function readOutcomes(
  given: unknown,
  items: readonly Sent[],
  providerId: string,
): Outcome<Receipt | undefined>[] {
  const invalid = (problem: string): Outcome<never> => {
    const message = `The provider ${problem}.`;
    const error = new EnforcementError("invalid_response", message, { providerId, outcome: "unknown" });
    return { ok: false, error };
  };
  // With one too few or too many, none can be said to belong to its item.
  if (!Array.isArray(given) || given.length !== items.length) {
    ignorePromisesIn(given);
    const problem = Array.isArray(given)
      ? `gave another number of outcomes (${given.length}) than of operations (${items.length})`
      : "gave no list of outcomes";
    return items.map(() => invalid(problem));
  }
  return items.map((item, index) => {
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
    // A provider that forgot to wait gives a list of promises.
    ignorePromisesIn(given);
    return invalid("gave an outcome that is none");
  }
  if (intent.operation === "cancel") return { ok, value: undefined };
  const receipt = readReceiptOf(value, { right, intent, providerId });
  return receipt === undefined ? invalid("gave no receipt of what it carried out") : { ok, value: receipt };
}

/**
 * The receipt of what was asked for, whatever the provider calls that; undefined when it is none. It is made anew of what was
 * checked: a ledger keeps it as JSON, and the next amendment reads it again.
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

/** Undefined when it is over as it begins: such a right would be registered anew at once, and for ever. */
function readCoveredUntil(value: unknown, { at, validTo }: Intent): string | undefined {
  if (value === validTo && validTo !== null) return validTo;
  const coveredUntil = parseInstant(value, "coveredUntil");
  const time = coveredUntil.getTime();
  const isOver = time <= timeOf(at) && (validTo === null || time < timeOf(validTo));
  return isOver ? undefined : formatInstant(coveredUntil);
}
