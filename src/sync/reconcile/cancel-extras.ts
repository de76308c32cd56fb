import { isEnforcementError } from "../../core/errors.ts";
import { DAY_MS } from "../../core/instant.ts";
import type { ListedRegistration, Outcome, PushProvider } from "../../core/provider.ts";
import type { Receipt } from "../../core/registration/receipt.ts";
import { isNotFound } from "../deliver/send/judge-error.ts";

// The ledger does not know the permit of an extra right, and no vendor's wire carries these ids.
const UNKNOWN = "unknown";

/**
 * Cancels rights with references of this package that no permit has. There is no receipt of them, so one is built from
 * the vendor's record. A record without a plate cannot be cancelled. Returns the references of the cancelled rights.
 */
export async function cancelExtras(
  provider: PushProvider,
  entries: readonly ListedRegistration[],
  { now, signal }: { now: Date; signal: AbortSignal | undefined },
): Promise<Set<string>> {
  const receipts = entries.flatMap((entry) => findReceipt(provider, entry, now));
  const options = { at: now, retries: 0 };
  const outcomes = await provider.cancelMany(
    receipts,
    signal === undefined ? options : { ...options, signal },
  );
  // A host's own provider may return anything. Outcomes that cannot be matched with their rights are ignored.
  if (!Array.isArray(outcomes) || outcomes.length !== receipts.length) return new Set();
  const cancelled = receipts.filter((_, index) => isGone(outcomes[index]));
  return new Set(cancelled.map(({ reference }) => reference));
}

function isGone(outcome: Outcome<void> | undefined): boolean {
  if (outcome?.ok) return true;
  return isEnforcementError(outcome?.error) && isNotFound(outcome.error);
}

function findReceipt(provider: PushProvider, entry: ListedRegistration, now: Date): Receipt[] {
  const { reference, target, plate, validFrom, validTo } = entry;
  if (reference === undefined || plate === undefined) return [];
  const { openEndedDays } = provider.capabilities;
  const coveredUntil =
    validTo ?? new Date(Math.max(now.getTime(), validFrom.getTime()) + openEndedDays * DAY_MS);
  return [
    {
      ...{ v: 1, providerId: provider.id, reference, target, coveredUntil: coveredUntil.toISOString() },
      registration: {
        ...{ companyId: UNKNOWN, permitId: UNKNOWN, locationId: UNKNOWN, target, plate, generation: 0 },
        ...{ validFrom: validFrom.toISOString(), validTo: validTo?.toISOString() ?? null },
      },
    },
  ];
}
