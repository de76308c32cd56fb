import type { ProviderState } from "../ledger/delivery.ts";
import type { DeliveryUpdate } from "../ledger/ledger.ts";
import { describeUnmapped } from "./describe-outcome.ts";
import type { Lag } from "./lag.ts";
import type { LoopContext } from "./loop-context.ts";
import type { Work } from "./work.ts";

interface ReleaseContext extends Pick<LoopContext, "emit" | "onWithdrawn"> {
  readonly lag: Lag;
}

/**
 * Reports a released delivery, as it was written at `now` (in milliseconds): records its lag, emits `unmapped`, and
 * notifies retention when a forgotten permit has no right left.
 */
export function noteRelease(
  work: Work,
  { settled }: NonNullable<DeliveryUpdate["release"]>,
  { delivery, now }: { delivery: ProviderState; now: number },
  { lag, emit, onWithdrawn }: ReleaseContext,
): void {
  if (settled && work.wasSent) lag.add(now - work.dueSince.getTime());
  if (work.isForgotten && delivery.rights.length === 0) onWithdrawn();
  const event = describeUnmapped(work, delivery.unmapped, work.unmappedBefore);
  if (event !== undefined) emit(event);
}
