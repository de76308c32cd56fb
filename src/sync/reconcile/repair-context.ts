import { EnforcementError } from "../../core/errors.ts";
import type { PushProvider } from "../../core/provider.ts";
import type { DeliveryLoop } from "../deliver/delivery-loop.ts";
import type { DeliveryId, ProviderState } from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Pace } from "../pace/pace.ts";

/** What `reconcile` and `reassert` depend on. They write what they want into the ledger; the provider's loop sends it. */
export interface RepairContext {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  readonly clock: () => Date;
  readonly pace: Pace;
  /** Runs a write that is dated `at`, once the ledger remembers a later instant. */
  readonly writeAt: <Value>(at: Date, write: () => Promise<Value>) => Promise<Value>;
  /** Records that a permit is to be erased as soon as no vendor has a live right of it. */
  readonly forget: (permitId: string) => Promise<unknown>;
  /** Changes one delivery under a claim of its own, and waits for that claim. False: `change` returned undefined. */
  readonly changeDelivery: (
    id: DeliveryId,
    change: (delivery: ProviderState) => ProviderState | undefined,
  ) => Promise<boolean>;
  /** Whether the ledger may not show rights that the vendor has, because a clock that was ahead has ended them. */
  readonly mayHaveEndedAhead: () => boolean;
  /** Sends what a write makes due, and waits for the outcomes. */
  readonly sendNow: DeliveryLoop["sendNow"];
}

/** @throws EnforcementError `aborted` when the caller's signal has aborted */
export function requireRunning(
  signal: AbortSignal | undefined,
  { providerId, operation }: { providerId: string; operation: string },
): void {
  if (!signal?.aborted) return;
  const message = `${operation}: the caller's signal ended it.`;
  throw new EnforcementError("aborted", message, { providerId, operation });
}

/** Batches of at least 20: a vendor that takes one operation per request may have many open requests at once. */
export function repairBatchSize({ capabilities }: PushProvider): number {
  return Math.max(capabilities.batchSize, 20);
}

export function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
