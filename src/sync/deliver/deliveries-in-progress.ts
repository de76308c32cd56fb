import { OLDEST_CLAIM_MS } from "../ledger/lease.ts";
import type { ClaimedDelivery, DeliveryUpdate } from "../ledger/ledger.ts";
import { createSlicer } from "../pace/slicer.ts";
import { desiredOf, NOTHING_DESIRED } from "../plan/desired.ts";
import { applyOutcome, postpone } from "./apply-outcome.ts";
import { createDeliveryWriter, type DeliveryWriter } from "./delivery-writer.ts";
import { describeOutcome } from "./describe-outcome.ts";
import type { Emit } from "./events.ts";
import { FreedPlaces } from "./freed-places.ts";
import type { Lag } from "./lag.ts";
import type { LoopContext } from "./loop-context.ts";
import { noteRelease } from "./note-release.ts";
import type { QueuedOperation } from "./operation-queue.ts";
import { planWorks } from "./plan-works.ts";
import { BatchSender } from "./send/batch-sender.ts";
import type { BatchOutcome } from "./send/send-batch.ts";
import { createWork, isAsWritten, toUpdate, type Work } from "./work.ts";
import { WorkTable } from "./work-table.ts";

export interface InProgressContext extends LoopContext {
  readonly lag: Lag;
}

/** The deliveries of one provider that this process is working on, from claim to release. */
export class DeliveriesInProgress {
  lastSuccessAt: Date | null = null;
  readonly #context: InProgressContext;
  readonly #onDue: (at: number) => void;
  readonly #onProgress: () => void;
  readonly #works = new WorkTable();
  readonly #sender: BatchSender;
  readonly #freedPlaces: FreedPlaces;
  #writer: DeliveryWriter;
  #isOpen = false;
  #preparing = 0;
  #whenEmpty: (() => void) | undefined;

  constructor(context: InProgressContext, hooks: { onDue: (at: number) => void; onProgress: () => void }) {
    this.#context = context;
    this.#onDue = hooks.onDue;
    this.#onProgress = hooks.onProgress;
    this.#writer = this.#createWriter();
    this.#freedPlaces = new FreedPlaces({
      ...{ providerId: context.provider.id, ledger: context.ledger, timers: context.timers },
      findWork: (permitId) => this.#works.get(permitId),
      onDue: () => hooks.onDue(context.timers.now().getTime()),
    });
    this.#sender = new BatchSender({
      ...context,
      onPutBack: (operations, notBefore) => this.#putBack(operations, notBefore),
      onEnd: (operations, outcomes) => void this.#conclude(operations, outcomes),
    });
  }

  get isEmpty(): boolean {
    return this.#works.size === 0;
  }

  /** Deliveries and operations that are not in a request yet. */
  get waiting(): number {
    return this.#sender.waiting + this.#preparing;
  }

  get inFlight(): number {
    return this.#sender.inFlight;
  }

  /** Requests that were given up and that the provider has not ended since. */
  get stuck(): number {
    return this.#sender.stuck;
  }

  /** Whether it is looking for refused registrations to send again after a cancellation. */
  get isLooking(): boolean {
    return this.#freedPlaces.isLooking;
  }

  open(): void {
    this.#isOpen = true;
    this.#writer = this.#createWriter();
    this.#sender.open();
    this.#freedPlaces.open();
  }

  /** Releases unsent operations at once, and the rest when their requests end. `bound` aborts open requests. */
  async close(bound: Promise<void>): Promise<void> {
    const { timers } = this.#context;
    this.#isOpen = false;
    this.#sender.close();
    this.#freedPlaces.close();
    if (this.isEmpty) return;
    let isOver = false;
    let cancel = () => {};
    void bound.then(() => {
      if (isOver) return;
      this.#sender.cutOff();
      this.#writer.stopRetrying();
      // A provider that ignores the abort is not waited for: the claims expire by themselves.
      cancel = timers.after(1_000, () => this.#whenEmpty?.());
    });
    await new Promise<void>((resolve) => {
      this.#whenEmpty = resolve;
    });
    isOver = true;
    this.#whenEmpty = undefined;
    cancel();
    this.#works.clear();
  }

  /** Marks changed works as stale: they are claimed again before anything new is decided. */
  outdate(changed: { readonly permitIds: readonly string[] } | { readonly companyId: string }): void {
    if (this.isEmpty) return;
    if ("permitIds" in changed) {
      for (const permitId of changed.permitIds) {
        const work = this.#works.get(permitId);
        if (work !== undefined) work.isStale = true;
      }
      return;
    }
    for (const work of this.#works.values()) {
      if (work.companyId === changed.companyId) work.isStale = true;
    }
  }

  /** Takes claimed deliveries. `claimedAt` is when the claim was requested, by the monotonic clock. */
  take(claimed: readonly ClaimedDelivery[], claimedAt: number): void {
    const byCompany = new Map<string, Work[]>();
    const withdrawn: Work[] = [];
    for (const one of claimed) {
      const known = this.#works.get(one.permitId);
      if (known !== undefined && isAsWritten(known, one)) {
        // Its claim expired by the clock during the work. Open requests go on under the new claim. The permit may have
        // changed, so it is planned again as soon as they have ended.
        Object.assign(known, { version: one.version, claimedAt, isStale: true, reclaimed: one });
        continue;
      }
      // Another claim has changed it meanwhile: this process's state of it is outdated.
      if (known !== undefined) {
        this.#lose(known);
        if (known.outstanding > 0) {
          // A registration has one open request at a time: the new claim waits for it.
          Object.assign(known, { claimedAt, reclaimed: one });
          continue;
        }
      }
      const work = createWork(one, claimedAt);
      const { permit } = work;
      this.#works.set(one.permitId, work);
      this.#preparing += 1;
      if (permit === undefined) {
        work.desired = NOTHING_DESIRED;
        withdrawn.push(work);
        continue;
      }
      const { companyId } = permit;
      const siblings = byCompany.get(companyId);
      if (siblings === undefined) byCompany.set(companyId, [work]);
      else siblings.push(work);
    }
    if (withdrawn.length > 0) void this.#prepared(withdrawn);
    for (const [companyId, works] of byCompany) void this.#prepare(companyId, works);
  }

  /** Asks the provider whether its vendor is back, when no operation would show it. */
  checkConnection(): Promise<void> {
    return this.#sender.checkConnection();
  }

  /** Sends waiting operations, as far as breaker and concurrency allow. */
  dispatch(): void {
    this.#sender.dispatch();
  }

  async #prepare(companyId: string, works: readonly Work[]): Promise<void> {
    const { views, provider } = this.#context;
    const view = await views.read(companyId);
    if (view === undefined) {
      this.#preparing -= works.length;
      const release = { dueAt: views.retryAt(companyId), settled: false };
      await this.#write(
        works,
        works.map((work) => toUpdate(work, release)),
      );
      return;
    }
    const slicer = createSlicer();
    for (let index = 0; index < works.length; index += 1) {
      const work = works[index] as Work;
      if (work.permit !== undefined) work.desired = desiredOf(work.permit, view, provider.id);
      work.permit = undefined;
      if (slicer.isOver) await slicer.nextTurn();
    }
    await this.#prepared(works);
  }

  async #prepared(works: readonly Work[]): Promise<void> {
    await this.#advance(works, () => {
      this.#preparing -= works.length;
    });
  }

  /** Plans the next operations of works, writes them to the ledger, and queues them. */
  async #advance(claimed: readonly Work[], onPlanned = () => {}): Promise<void> {
    const works = claimed.filter(({ isLost }) => !isLost);
    const { provider, leadTimeMs, timers, clockWatch, ledger } = this.#context;
    const isShared = ledger.watch !== undefined;
    const { openEndedDays, ownReferences = false } = provider.capabilities;
    const { updates, operations } = await planWorks(works, {
      now: timers.now(),
      claimedAfter: timers.monotonic() - OLDEST_CLAIM_MS,
      steadyAt: clockWatch.status?.steadyAt,
      rules: { providerId: provider.id, openEndedDays, leadTimeMs, ownReferences },
      // A change recorded by another machine is seen only by the next claim.
      mayBegin: ({ wasSent }) => this.#isOpen && !(wasSent && isShared),
    });
    const areLost = await this.#write(works, updates);
    onPlanned();
    // Operations that the ledger did not take are not sent.
    for (const { work } of areLost ? operations : []) if (work.isLost) this.#endOne(work);
    this.#sender.lineUp(areLost ? operations.filter(({ work }) => !work.isLost) : operations);
    this.#progress();
  }

  /** Applies the outcomes of a request, writes them, and plans the next operations. */
  async #conclude(batch: readonly QueuedOperation[], outcomes: readonly BatchOutcome[]): Promise<void> {
    const { timers, random, emit, provider } = this.#context;
    const now = timers.now();
    const { openEndedDays } = provider.capabilities;
    const touched = new Set<Work>();
    const events: { readonly work: Work; readonly event: Parameters<Emit>[0] }[] = [];
    for (let index = 0; index < batch.length; index += 1) {
      const { work, right } = batch[index] as QueuedOperation;
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      // The claim was lost: the process that holds the new one repeats the operation.
      if (work.isLost) {
        this.#endOne(work);
        continue;
      }
      work.delivery = applyOutcome(work.delivery, right.reference, { outcome, now, random, openEndedDays });
      work.wasSent = true;
      work.outstanding -= 1;
      touched.add(work);
      if (outcome.ok) this.lastSuccessAt = now;
      const event = describeOutcome(work, right, outcome);
      if (event !== undefined) events.push({ work, event });
      if (event?.type === "acknowledged" && event.operation === "cancel") this.#freedPlaces.note(right);
    }
    // The next request is sent before this one's outcomes are written.
    this.#onProgress();
    const isDone = ({ outstanding }: Work) => outstanding === 0;
    const partly = [...touched].filter((work) => !isDone(work));
    const partlyWritten = this.#write(
      partly,
      partly.map((work) => toUpdate(work)),
    );
    await this.#advance([...touched].filter(isDone));
    await partlyWritten;
    for (const { work, event } of events) if (!work.isLost) emit(event);
    await this.#freedPlaces.look();
    this.#progress();
  }

  /** Puts back operations that were not sent, and releases works that have no other operation. */
  #putBack(operations: readonly QueuedOperation[], notBefore: Date): void {
    const released: Work[] = [];
    const now = this.#context.timers.now();
    for (const { work, right } of operations) {
      if (work.isLost) {
        this.#endOne(work);
        continue;
      }
      work.delivery = postpone(work.delivery, right.reference, { notBefore, now });
      work.outstanding -= 1;
      if (work.outstanding === 0) released.push(work);
    }
    void this.#write(
      released,
      released.map((work) => toUpdate(work, { dueAt: notBefore, settled: false })),
    );
  }

  /** Writes one update per work. Returns whether any claim was lost; nothing more is done under a lost claim. */
  async #write(works: readonly Work[], updates: readonly DeliveryUpdate[]): Promise<boolean> {
    for (let index = 0; index < works.length; index += 1) {
      const [work, { delivery }] = [works[index] as Work, updates[index] as DeliveryUpdate];
      work.writing = delivery;
    }
    const unwritten = await this.#writer.write(updates);
    const now = this.#context.timers.now();
    const again: Work[] = [];
    let areLost = false;
    for (let index = 0; index < works.length; index += 1) {
      const work = works[index] as Work;
      const { permitId, release, delivery, version } = updates[index] as DeliveryUpdate;
      // Another write has released it.
      if (work.isLost || this.#works.get(permitId) !== work) continue;
      work.writing = undefined;
      if (unwritten.has(permitId)) {
        // Its claim expired before the write, and this process has claimed it again.
        if (work.version !== version) again.push(work);
        else {
          areLost = true;
          this.#lose(work);
        }
        continue;
      }
      work.written = delivery;
      if (release === undefined) continue;
      this.#works.delete(permitId);
      if (release.dueAt !== null) this.#onDue(release.dueAt.getTime());
      noteRelease(work, release, { delivery, now: now.getTime() }, this.#context);
      // Claimed again before this process learned of the release: dropped, it would wait for the end of its lease.
      if (work.version !== version && work.reclaimed !== undefined)
        this.take([work.reclaimed], work.claimedAt);
    }
    if (again.length > 0) {
      const isReleased = new Set(updates.flatMap(({ permitId, release }) => (release ? permitId : [])));
      const update = (work: Work) =>
        toUpdate(work, isReleased.has(work.permitId) ? { dueAt: now, settled: false } : undefined);
      areLost = (await this.#write(again, again.map(update))) || areLost;
    }
    this.#progress();
    return areLost;
  }

  #lose(work: Work): void {
    work.isLost = true;
    if (work.outstanding === 0) this.#works.delete(work.permitId);
  }

  /** Ends one operation of a work with a lost claim. After the last one, the newer claim begins. */
  #endOne(work: Work): void {
    work.outstanding -= 1;
    if (work.outstanding > 0) return;
    this.#works.delete(work.permitId);
    if (work.reclaimed !== undefined) this.take([work.reclaimed], work.claimedAt);
  }

  #progress(): void {
    if (this.isEmpty) this.#whenEmpty?.();
    this.#onProgress();
  }

  #createWriter(): DeliveryWriter {
    const { ledger, timers, random, health } = this.#context;
    return createDeliveryWriter({ ledger, timers, random, onResult: (isWritten) => health.note(isWritten) });
  }
}
