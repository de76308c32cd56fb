import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { PreparedRegistration } from "../core/prepared-registration.ts";
import type { OperationOptions, Outcome, PushProvider } from "../core/provider.ts";
import type { Receipt } from "../core/receipt.ts";
import type { Intent, Right } from "./delivery.ts";

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
  try {
    const outcomes = await send(provider, items, signal);
    return items.map(
      (_, index) => outcomes[index] ?? failed("The provider left out the end of an operation."),
    );
  } catch (thrown) {
    // A provider should give outcomes. One that throws may have sent everything before.
    const outcome = isEnforcementError(thrown)
      ? ({ ok: false, error: thrown } as const)
      : failed("The provider failed unexpectedly.");
    return items.map(() => outcome);
  }
}

function send(
  provider: PushProvider,
  items: readonly BatchItem[],
  signal: AbortSignal,
): Promise<BatchOutcome[]> {
  const [first] = items;
  if (first === undefined) return Promise.resolve([]);
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
        receipt: receiptOf(right),
        validTo: intent.validTo === null ? null : new Date(intent.validTo),
      }));
      return provider.amendMany(changes, options);
    }
    case "cancel":
      // A right that is gone leaves no receipt.
      return provider.cancelMany(
        items.map(({ right }) => receiptOf(right)),
        options,
      ) as Promise<Outcome<undefined>[]>;
  }
}

function receiptOf({ receipt, reference }: Right): Receipt {
  if (receipt === null) throw new TypeError(`Right ${reference} has no receipt to be changed by.`);
  return receipt;
}

function failed(message: string): Outcome<never> {
  return { ok: false, error: new EnforcementError("invalid_response", message, { outcome: "unknown" }) };
}
