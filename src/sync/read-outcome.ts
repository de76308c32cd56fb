import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { formatInstant, timeOf } from "../core/instant.ts";
import type { Outcome } from "../core/provider.ts";
import type { Receipt } from "../core/receipt.ts";
import type { Intent, Right } from "./delivery.ts";
import { isSameRight } from "./desired.ts";

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
  if (ok !== true) return invalid("gave an outcome that is none");
  if (intent.operation === "cancel") return { ok, value: undefined };
  const receipt = readReceiptOf(value, { right, intent, providerId });
  return receipt === undefined ? invalid("gave no receipt of what it carried out") : { ok, value: receipt };
}

/** The receipt of what was asked for, whatever it calls that; undefined when it is none. */
function readReceiptOf(
  value: unknown,
  { right, intent, providerId }: Sent & { providerId: string },
): Receipt | undefined {
  const receipt = value as Receipt | null | undefined;
  if (receipt?.v !== 1 || receipt.providerId !== providerId) return undefined;
  if (!isText(receipt.reference) || !isText(receipt.target) || !isText(receipt.coveredUntil))
    return undefined;
  const { validTo } = intent;
  if (receipt.coveredUntil !== validTo) {
    const coveredUntil = timeOf(receipt.coveredUntil);
    // What is over when it begins would be taken up again at once, and for ever.
    const isOver =
      !(coveredUntil > timeOf(intent.at)) && (validTo === null || !(coveredUntil >= timeOf(validTo)));
    if (isOver) return undefined;
  }
  const { registration } = receipt;
  if (registration?.validTo === validTo && isSameRight(registration, right.registration)) return receipt;
  const { reference, target } = receipt;
  const coveredUntil = formatInstant(new Date(receipt.coveredUntil));
  return {
    v: 1,
    providerId,
    reference,
    target,
    registration: { ...right.registration, validTo },
    coveredUntil,
  };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
