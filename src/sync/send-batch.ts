import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { PreparedRegistration } from "../core/prepared-registration.ts";
import type { OperationOptions, Outcome, PushProvider } from "../core/provider.ts";
import type { Receipt } from "../core/receipt.ts";
import type { Intent, Right } from "./delivery.ts";
import { readOutcomes } from "./read-outcome.ts";

/** One operation of a batch: all of them are of one kind, decided at one instant. */
export interface BatchItem {
  readonly right: Right;
  readonly intent: Intent;
}

/** What became of one item. A right that is gone leaves no receipt. */
export type BatchOutcome = Outcome<Receipt | undefined>;

/** Sends a batch once. One outcome for each item, in their order, whatever the provider does; it never throws. */
export async function sendBatch(
  provider: PushProvider,
  items: readonly BatchItem[],
  signal: AbortSignal,
): Promise<BatchOutcome[]> {
  if (items.length === 0) return [];
  try {
    return readOutcomes(await send(provider, items, signal), items, provider.id);
  } catch (thrown) {
    // A provider should give outcomes. One that throws may have sent everything before. What is not ours may print
    // anything, a plate included, so nothing of it is kept.
    const message = "The provider threw something else than an EnforcementError.";
    const error = isEnforcementError(thrown)
      ? thrown
      : new EnforcementError("invalid_response", message, { providerId: provider.id, outcome: "unknown" });
    return items.map(() => ({ ok: false, error }));
  }
}

function send(provider: PushProvider, items: readonly BatchItem[], signal: AbortSignal): unknown {
  const [first] = items;
  if (first === undefined) return [];
  // Two loops over one call would multiply: only sync repeats.
  const options: OperationOptions = { at: new Date(first.intent.at), retries: 0, signal };
  switch (first.intent.operation) {
    case "register":
      return provider.registerMany(
        items.map(({ right: { registration, reference } }) => {
          const known = { providerId: provider.id, reference };
          return new PreparedRegistration(registration, known);
        }),
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
        items.map(({ right, intent }) => receiptOf(right, intent, provider)),
        options,
      );
  }
}

/** The right's receipt. What the vendor never acknowledged is named by our own reference. */
function receiptOf(
  { receipt, reference, registration, mayLastUntil }: Right,
  { at }: Intent,
  { id }: PushProvider,
): Receipt {
  if (receipt !== null) return receipt;
  const { target, validTo } = registration;
  const coveredUntil = mayLastUntil ?? validTo ?? at;
  return { v: 1, providerId: id, reference, target, registration, coveredUntil };
}
