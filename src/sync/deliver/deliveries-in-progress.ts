import type { RegistrationState } from "../ledger/delivery.ts";
import { MAX_CLAIM_AGE_MS } from "../ledger/lease.ts";
import type { ClaimedDelivery } from "../ledger/ledger.ts";
import { desiredOf, NOTHING_DESIRED } from "../plan/desired.ts";
import { applyOutcome, postpone } from "./apply-outcome.ts";
import { describeOutcome } from "./describe-outcome.ts";
import type { Emit } from "./events.ts";
import { FreedPlaces } from "./freed-places.ts";
import type { Lag } from "./lag.ts";
import type { LoopContext } from "./loop-context.ts";
import type { QueuedOperation } from "./operation-queue.ts";
import { planWorks } from "./plan-works.ts";
import { BatchSender } from "./send/batch-sender.ts";
import type { OpenRequest } from "./send/bounded-requests.ts";
import type { BatchOutcomes } from "./send/read-outcome.ts";
import type { BatchOutcome } from "./send/send-batch.ts";
import type { WatchedOutcomes } from "./watched-outcomes.ts";
import { createWork, findRight, isAsWritten, toUpdate, type Work, WorkTable } from "./work.ts";
import { WorkWriter } from "./work-writer.ts";

export interface InProgressContext extends LoopContext {
  readonly lag: Lag;
  readonly outcomes: WatchedOutcomes;
}

/** How an operation ended, for those who are interested once that is written. */
interface OperationEnd {
  readonly work: Work;
  /** The right as it was sent. */
  readonly right: RegistrationState;
  readonly outcome: BatchOutcome;
  /** What is kept of the right. */
  readonly after: RegistrationState | undefined;
  readonly event: Parameters<Emit>[0] | undefined;
}

/** The deliveries of one provider that this process is working on, from claim to release. */
export class DeliveriesInProgress {
  lastSuccessAt: Date | null = null;
  readonly #context: InProgressContext;
  readonly #onProgress: () => void;
  readonly #works: WorkTable;
  readonly #sender: BatchSender;
  readonly #freedPlaces: FreedPlaces;
  readonly #writer: WorkWriter;
  #isOpen = false;
  #preparing = 0;
  #whenEmpty: (() => void) | undefined;

  constructor(context: InProgressContext, hooks: { onDue: (at: number) => void; onProgress: () => void }) {
    this.#context = context;
    this.#works = new WorkTable(context.held);
    this.#onProgress = hooks.onProgress;
    this.#writer = new WorkWriter({
      ...context,
      works: this.#works,
      onDue: hooks.onDue,
      onReclaimed: (claimed, claimedAt) => this.take([claimed], claimedAt),
    });
    this.#freedPlaces = new FreedPlaces({
      providerId: context.provider.id,
      ledger: context.ledger,
      timers: context.timers,
      findWork: (permitId) => this.#works.get(permitId),
      onDue: () => hooks.onDue(context.timers.now().getTime()),
    });
    this.#sender = new BatchSender({
      ...context,
      onPutBack: (operations, notBefore) => this.#putBack(operations, notBefore),
      onEnd: (outcomes) => void this.#conclude(outcomes),
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
  get stuck(): readonly OpenRequest[] {
    return this.#sender.stuck;
  }

  /** Whether it is looking for refused registrations to send again after a cancellation. */
  get isLooking(): boolean {
    return this.#freedPlaces.isLooking;
  }

  open(): void {
    this.#isOpen = true;
    this.#writer.open();
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
        this.#writer.lose(known);
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

  /** Asks the provider whether its vendor is back, when no operation would show it. Returns false to be asked again. */
  checkConnection(): Promise<boolean> {
    return this.#sender.checkConnection();
  }

  /** Sends waiting operations, as far as breaker and concurrency allow. */
  dispatch(): void {
    this.#sender.dispatch();
  }

  async #prepare(companyId: string, works: readonly Work[]): Promise<void> {
    const { views, provider, pace } = this.#context;
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
    const slicer = pace.createSlicer();
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
      pace: this.#context.pace,
      now: timers.now(),
      claimedAfter: timers.monotonic() - MAX_CLAIM_AGE_MS,
      steadyAt: clockWatch.status?.steadyAt,
      rules: { providerId: provider.id, openEndedDays, leadTimeMs, ownReferences },
      // A change recorded by another machine is seen only by the next claim.
      mayBegin: ({ wasSent }) => this.#isOpen && !(wasSent && isShared),
    });
    const areLost = await this.#write(works, updates);
    onPlanned();
    // Operations that the ledger did not take are not sent.
    for (const { work } of areLost ? operations : []) if (work.isLost) this.#writer.endOne(work);
    this.#sender.lineUp(areLost ? operations.filter(({ work }) => !work.isLost) : operations);
    this.#progress();
  }

  /** Applies the outcomes of a request, writes them, and plans the next operations. */
  async #conclude(outcomes: BatchOutcomes<QueuedOperation>): Promise<void> {
    const { timers, random, provider } = this.#context;
    const now = timers.now();
    const { openEndedDays } = provider.capabilities;
    const touched = new Set<Work>();
    const ends: OperationEnd[] = [];
    outcomes.forEach((outcome, { work, right }) => {
      // The claim was lost: the process that holds the new one repeats the operation.
      if (work.isLost) {
        this.#writer.endOne(work);
        return;
      }
      const { reference } = right;
      work.delivery = applyOutcome(work.delivery, reference, { outcome, now, random, openEndedDays });
      work.wasSent = true;
      work.outstanding -= 1;
      touched.add(work);
      if (outcome.ok) this.lastSuccessAt = now;
      const event = describeOutcome(work, right, outcome);
      if (event?.type === "acknowledged" && event.operation === "cancel") this.#freedPlaces.note(right);
      ends.push({ work, right, outcome, event, after: findRight(work, reference) });
    });
    // The next request is sent before this one's outcomes are written.
    this.#onProgress();
    const done: Work[] = [];
    const partly: Work[] = [];
    for (const work of touched) (work.outstanding === 0 ? done : partly).push(work);
    const partlyWritten = this.#write(
      partly,
      partly.map((work) => toUpdate(work)),
    );
    await this.#advance(done);
    await partlyWritten;
    for (const end of ends) this.#report(end);
    await this.#freedPlaces.look();
    this.#progress();
  }

  /** Reports an operation's end once it is written. */
  #report({ work, right, outcome, event, after }: OperationEnd): void {
    if (work.isLost) return;
    this.#context.outcomes.note(right, outcome, after);
    if (event !== undefined) this.#context.emit(event);
  }

  /** Puts back operations that were not sent, and releases works that have no other operation. */
  #putBack(operations: readonly QueuedOperation[], notBefore: Date): void {
    const released: Work[] = [];
    const now = this.#context.timers.now();
    for (const { work, right } of operations) {
      if (work.isLost) {
        this.#writer.endOne(work);
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

  /** Writes one update per work. Returns whether any claim was lost. */
  async #write(works: readonly Work[], updates: Parameters<WorkWriter["write"]>[1]): Promise<boolean> {
    const areLost = await this.#writer.write(works, updates);
    this.#progress();
    return areLost;
  }

  #progress(): void {
    if (this.isEmpty) this.#whenEmpty?.();
    this.#onProgress();
  }
}
