import { isEnforcementError } from "../../core/errors.ts";
import { DAY_MS } from "../../core/instant.ts";
import type { ListedRegistration, Outcome, PushProvider } from "../../core/provider.ts";
import type { Receipt } from "../../core/registration/receipt.ts";
import { isNotFound } from "../deliver/send/judge-error.ts";

// Whose right it was is in no list, and on no vendor's wire either.
const UNKNOWN = "unknown";

/**
 * Cancels rights of ours that no permit has any more. There is no receipt of them, so one is made of what the vendor shows.
 * One that shows no plate cannot be named to the vendor. Gives the references of those that are cancelled.
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
  // A provider may be the host's own: what cannot be said to belong to a right says nothing of it.
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
