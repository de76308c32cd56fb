import type { MaybePromise } from "../../core/maybe-promise.ts";
import type { DeliveryId, ProviderState } from "../ledger/delivery.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { ClaimedDelivery, DeliveryUpdate, Ledger } from "../ledger/ledger.ts";
import type { Pace } from "../pace/pace.ts";
import type { Timers } from "../pace/timers.ts";

// Changes of deliveries from outside their loop, each under a claim of its own.

/** What such changes depend on. */
export interface ChangeContext {
  readonly openLedger: () => MaybePromise<Ledger>;
  readonly timers: Timers;
  readonly pace: Pace;
  /** Looks for due deliveries at these push providers. */
  readonly wake: (providerIds: Iterable<string>) => void;
}

/** A change of one delivery. */
export interface DeliveryChange extends DeliveryId {
  /** Returns undefined to leave the delivery as it is. Called anew for each claim. */
  readonly change: (delivery: ProviderState) => ProviderState | undefined;
}

/**
 * How a change ended. `busy`: another claim has the delivery. `absent`: there is no such permit, or it was erased.
 */
export type ChangeEnd = "changed" | "unchanged" | "absent" | "busy";

/** How long a change waits for another claim, in milliseconds: a process that died has lost its claims by then. */
export const MAX_CLAIM_WAIT_MS = 2 * LEASE_MS;

/** The host's own calls, lookups and deliveries share the ledger's connections with the claims. */
const MAX_OPEN_CLAIMS = 4;

const MIN_PAUSE_MS = 50;
const MAX_PAUSE_MS = 1_000;

/** How long to wait for other claims before the next try, after `tries` of them, in milliseconds. */
export function pauseAfter(tries: number): number {
  return Math.min(MAX_PAUSE_MS, MIN_PAUSE_MS * 2 ** Math.min(tries, 10));
}

/** Changes one delivery and wakes its loop. Waits up to {@link MAX_CLAIM_WAIT_MS} while it is `busy`. */
export async function changeDelivery(context: ChangeContext, change: DeliveryChange): Promise<ChangeEnd> {
  const { timers } = context;
  const until = timers.monotonic() + MAX_CLAIM_WAIT_MS;
  for (let tries = 0; ; tries += 1) {
    const [end = "absent"] = await tryChanges(context, [change]);
    if (end !== "busy" || timers.monotonic() >= until) return end;
    await new Promise<void>((resolve) => timers.after(pauseAfter(tries), resolve));
  }
}

/**
 * Changes deliveries, all in one commit, and wakes their loops. Waits for no claim. Returns the end of each, in order.
 *
 * @throws EnforcementError `unavailable` when the ledger fails; some of the changes may have been made then
 */
export async function tryChanges(
  { openLedger, timers, wake }: ChangeContext,
  changes: readonly DeliveryChange[],
): Promise<ChangeEnd[]> {
  const ledger = await openLedger();
  const { claims, failure } = await claimEach(ledger, changes, timers.now());
  const updates: DeliveryUpdate[] = [];
  const updated: { readonly index: number; readonly isChanged: boolean }[] = [];
  for (const [index, claimed] of claims) {
    const delivery = changes[index]?.change(claimed.delivery);
    updates.push(toUpdate(claimed, delivery, timers.now()));
    updated.push({ index, isChanged: delivery !== undefined });
  }
  // What was claimed is released before a failed claim is reported, or it would stay claimed for a minute.
  const hadEffect = updates.length === 0 ? [] : await ledger.save(updates);
  const saved = updates.filter((_, place) => hadEffect[place]);
  if (saved.length > 0) wake(new Set(saved.map(({ providerId }) => providerId)));
  if (failure !== undefined) throw failure.thrown;
  const ends = new Map<number, ChangeEnd>();
  for (const [place, { index, isChanged }] of updated.entries()) {
    if (hadEffect[place]) ends.set(index, isChanged ? "changed" : "unchanged");
    else ends.set(index, "busy");
  }
  const all: ChangeEnd[] = [];
  for (const [index, { permitId }] of changes.entries()) {
    all.push(ends.get(index) ?? (await endWithoutClaim(ledger, permitId)));
  }
  return all;
}

/** Claims what it can, by its index. After a claim that fails it begins no other. */
async function claimEach(ledger: Ledger, changes: readonly DeliveryChange[], now: Date) {
  const claims = new Map<number, ClaimedDelivery>();
  let failure: { readonly thrown: unknown } | undefined;
  const left = changes.entries();
  const claimNext = async (): Promise<void> => {
    for (const [index, { providerId, permitId }] of left) {
      if (failure !== undefined) return;
      try {
        const claimed = await ledger.claimOne({ providerId, permitId }, { now, leaseMs: LEASE_MS });
        if (claimed !== undefined) claims.set(index, claimed);
      } catch (thrown) {
        failure ??= { thrown };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(MAX_OPEN_CLAIMS, changes.length) }, claimNext));
  return { claims, failure };
}

/** `claimOne` gives undefined for a claimed delivery and for one that does not exist. */
async function endWithoutClaim(ledger: Ledger, permitId: string): Promise<"busy" | "absent"> {
  return (await ledger.getPermit(permitId)) === undefined ? "absent" : "busy";
}

/** Releases a claimed delivery, to be planned at once: when it was due before the claim is not known. */
function toUpdate(
  { providerId, permitId, version, delivery: claimed }: ClaimedDelivery,
  delivery: ProviderState | undefined,
  now: Date,
): DeliveryUpdate {
  const release = { dueAt: now, settled: false };
  return { providerId, permitId, version, delivery: delivery ?? claimed, release };
}
