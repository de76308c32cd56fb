import { EnforcementError, isEnforcementError, withErrorDetails } from "../../../core/errors.ts";
import { timeOf } from "../../../core/instant.ts";
import type { OperationOptions, Outcome, PushProvider } from "../../../core/provider.ts";
import { outcomesFor } from "../../../core/registration/outcome.ts";
import { PreparedRegistration } from "../../../core/registration/prepared-registration.ts";
import type { Receipt } from "../../../core/registration/registration.ts";
import type { Intent, RegistrationState } from "../../ledger/delivery.ts";
import { isRefusal } from "./judge-error.ts";
import { type BatchOutcomes, readOutcomes } from "./read-outcome.ts";

/** One operation of a batch. All operations of a batch have one kind and one instant of decision. */
export interface BatchItem {
  readonly right: RegistrationState;
  readonly intent: Intent;
}

/** The outcome of one operation. A cancelled right has no receipt. */
export type BatchOutcome = Outcome<Receipt | undefined>;

/** Sends a batch once. Never throws, whatever the provider does. */
export async function sendBatch<Item extends BatchItem>(
  provider: PushProvider,
  items: readonly Item[],
  signal: AbortSignal,
): Promise<BatchOutcomes<Item>> {
  if (items.length === 0) return new Map();
  try {
    return readOutcomes(await send(provider, items, signal), items, provider.id);
  } catch (thrown) {
    const error = toErrorOfEach(thrown, items.length, provider.id);
    return outcomesFor(items, () => ({ ok: false, error }));
  }
}

/**
 * The error of each operation of a batch whose provider threw instead of returning outcomes. The provider may have sent
 * some of them, so their outcome is unknown. A thrown refusal does not say which operation it is about: each is sent
 * alone later.
 */
function toErrorOfEach(thrown: unknown, count: number, providerId: string): EnforcementError {
  if (isEnforcementError(thrown) && count === 1) return thrown;
  if (isEnforcementError(thrown) && !isRefusal(thrown)) {
    return withErrorDetails(thrown, { outcome: "unknown" });
  }
  // A foreign error may print anything, a plate included, so nothing of it is kept.
  const message = isEnforcementError(thrown)
    ? "The provider threw a refusal for a whole batch, instead of one outcome for each operation."
    : "The provider threw something else than an EnforcementError.";
  return new EnforcementError("invalid_response", message, { providerId, outcome: "unknown" });
}

function send(provider: PushProvider, items: readonly BatchItem[], signal: AbortSignal): unknown {
  const [first] = items;
  if (first === undefined) return [];
  // Only sync retries: two retry loops over one call would multiply.
  const options: OperationOptions = { at: new Date(first.intent.at), retries: 0, signal };
  switch (first.intent.operation) {
    case "register":
      return provider.registerMany(
        items.map(
          ({ right: { registration, reference } }) =>
            new PreparedRegistration(registration, { providerId: provider.id, reference }),
        ),
        options,
      );
    case "amend": {
      const changes = items.map(({ right, intent }) => ({
        receipt: receiptOf(right, intent, provider),
        validTo: intent.validTo === null ? null : new Date(intent.validTo),
      }));
      return provider.amendMany(changes, options);
    }
    case "cancel":
      return provider.cancelMany(
        items.map(({ right, intent }) => cancelledReceiptOf(right, intent, provider)),
        options,
      );
  }
}

/**
 * The receipt for a cancel, which ends a right no later than the vendor may have it. An earlier end that got no answer may
 * have been carried out, and then the cancel would make the right longer.
 */
function cancelledReceiptOf(right: RegistrationState, intent: Intent, provider: PushProvider): Receipt {
  const receipt = receiptOf(right, intent, provider);
  const { mayLastUntil } = right;
  const mayHaveEnded = mayLastUntil !== undefined && timeOf(mayLastUntil) < timeOf(receipt.coveredUntil);
  return mayHaveEnded ? { ...receipt, coveredUntil: mayLastUntil } : receipt;
}

/** The right's receipt. A right that was never acknowledged gets one with its own reference. */
function receiptOf(
  { receipt, reference, registration, mayLastUntil }: RegistrationState,
  { at }: Intent,
  { id }: PushProvider,
): Receipt {
  if (receipt !== null) return receipt;
  const { target, validTo } = registration;
  const coveredUntil = mayLastUntil ?? validTo ?? at;
  return { v: 1, providerId: id, reference, target, registration, coveredUntil };
}
