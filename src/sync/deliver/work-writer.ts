import type { ClaimedDelivery, DeliveryUpdate } from "../ledger/ledger.ts";
import { describeUnmapped } from "./describe-outcome.ts";
import type { Lag } from "./lag.ts";
import type { LoopContext } from "./loop-context.ts";
import type { WatchedOutcomes } from "./watched-outcomes.ts";
import { toUpdate, type Work, type WorkTable } from "./work.ts";

/** What writing works depends on. */
export interface WorkWriterDependencies
  extends Pick<LoopContext, "provider" | "writes" | "timers" | "emit" | "onWithdrawn"> {
  readonly works: WorkTable;
  readonly lag: Lag;
  readonly outcomes: WatchedOutcomes;
  /** Called when a released delivery is due again at an instant, in milliseconds. */
  readonly onDue: (at: number) => void;
  /** Called with the newer claim of a work that has ended. */
  readonly onReclaimed: (claimed: ClaimedDelivery, claimedAt: number) => void;
}

/** Writes works to the ledger, and ends those that are released or whose claim is over. */
export class WorkWriter {
  readonly #dependencies: WorkWriterDependencies;

  constructor(dependencies: WorkWriterDependencies) {
    this.#dependencies = dependencies;
  }

  /** From now on a failed write is retried. */
  open(): void {
    this.#dependencies.writes.retry(this.#dependencies.provider.id);
  }

  /** From now on a failed write is given up. */
  stopRetrying(): void {
    this.#dependencies.writes.stopRetrying(this.#dependencies.provider.id);
  }

  /** Writes one update per work. Returns whether any claim was lost; nothing more is done under a lost claim. */
  async write(works: readonly Work[], updates: readonly DeliveryUpdate[]): Promise<boolean> {
    for (let index = 0; index < works.length; index += 1) {
      const work = works[index] as Work;
      work.writing = (updates[index] as DeliveryUpdate).delivery;
    }
    const unwritten = await this.#save(works, updates);
    const now = this.#dependencies.timers.now();
    const again: Work[] = [];
    let areLost = false;
    for (let index = 0; index < works.length; index += 1) {
      const work = works[index] as Work;
      const update = updates[index] as DeliveryUpdate;
      // Another write has released it.
      if (work.isLost || this.#dependencies.works.get(update.permitId) !== work) continue;
      work.writing = undefined;
      if (!unwritten.has(update.permitId)) this.#noteWritten(work, update, now);
      // Its claim expired before the write, and this process has claimed it again.
      else if (work.version !== update.version) again.push(work);
      else {
        areLost = true;
        this.lose(work);
      }
    }
    if (again.length === 0) return areLost;
    const isReleased = new Set(updates.flatMap(({ permitId, release }) => (release ? permitId : [])));
    const repeat = (work: Work) =>
      toUpdate(work, isReleased.has(work.permitId) ? { dueAt: now, settled: false } : undefined);
    return (await this.write(again, again.map(repeat))) || areLost;
  }

  /** Writes those of urgent works before others. Returns the ids of the permits that were not written. */
  async #save(works: readonly Work[], updates: readonly DeliveryUpdate[]): Promise<ReadonlySet<string>> {
    const { writes, provider } = this.#dependencies;
    const urgent = updates.filter((_, index) => works[index]?.isUrgent);
    if (urgent.length === 0 || urgent.length === updates.length) {
      return writes.write(provider.id, updates, { isUrgent: urgent.length > 0 });
    }
    const others = updates.filter((_, index) => !works[index]?.isUrgent);
    const unwritten = await Promise.all([
      writes.write(provider.id, urgent, { isUrgent: true }),
      writes.write(provider.id, others, { isUrgent: false }),
    ]);
    return new Set(unwritten.flatMap((permitIds) => [...permitIds]));
  }

  /** Notes that another process has a work's claim. */
  lose(work: Work): void {
    work.isLost = true;
    if (work.outstanding === 0) this.#dependencies.works.delete(work.permitId);
  }

  /** Ends one operation of a work with a lost claim. After the last one, the newer claim begins. */
  endOne(work: Work): void {
    work.outstanding -= 1;
    if (work.outstanding > 0) return;
    this.#dependencies.works.delete(work.permitId);
    if (work.reclaimed !== undefined) this.#dependencies.onReclaimed(work.reclaimed, work.claimedAt);
  }

  #noteWritten(work: Work, { delivery, release, version }: DeliveryUpdate, now: Date): void {
    const { works, onDue, onReclaimed } = this.#dependencies;
    work.written = delivery;
    if (release === undefined) return;
    works.delete(work.permitId);
    if (release.dueAt !== null) onDue(release.dueAt.getTime());
    this.#report(work, delivery, release.settled, now);
    // Claimed again before this process learned of the release: dropped, it would wait for the end of its lease.
    if (work.version !== version && work.reclaimed !== undefined) onReclaimed(work.reclaimed, work.claimedAt);
  }

  /**
   * Reports a released delivery: records its lag, emits `unmapped`, and notifies retention when a forgotten permit has
   * no right left.
   */
  #report(work: Work, delivery: DeliveryUpdate["delivery"], isSettled: boolean, now: Date): void {
    const { lag, outcomes, emit, onWithdrawn } = this.#dependencies;
    if (isSettled && work.wasSent) lag.add(now.getTime() - work.dueSince.getTime());
    if (work.isForgotten && delivery.rights.length === 0) onWithdrawn();
    if (!work.wasSent) outcomes.notePutBack(delivery.rights);
    const event = describeUnmapped(work, delivery.unmapped, work.unmappedBefore);
    if (event !== undefined) emit(event);
  }
}
