import { EnforcementError } from "../../core/errors.ts";
import type { PushProvider } from "../../core/provider.ts";
import { itemBackoff } from "../pace/backoff.ts";
import { roomFor } from "../pace/claim-window.ts";
import { LEDGER_LOAD } from "../pace/ledger-load.ts";
import { MAX_TOGETHER_BESIDE_LOOKUPS } from "../pace/pace.ts";
import { DeliveriesInProgress } from "./deliveries-in-progress.ts";
import { Lag } from "./lag.ts";
import type { LoopContext } from "./loop-context.ts";
import type { OpenRequest } from "./send/bounded-requests.ts";
import type { Breaker } from "./send/breaker.ts";
import { WakeUp } from "./wake-up.ts";
import { type WatchedEnd, WatchedOutcomes } from "./watched-outcomes.ts";

// A ledger may report something due that another process has claimed meanwhile.
const MIN_SLEEP_MS = 20;
const REWIND_AGAIN_MS = 1_000;
// Another process may deliver the last operation that would have shown that the vendor is back. It sends no notice.
const CHECK_AGAIN_MS = 60_000;
// Many providers ask at once whether their vendor is back, and share few requests.
const NO_PLACE_MS = 1_000;

/** Delivers what is due at one provider, while it runs. The loops of different providers do not affect each other. */
export class DeliveryLoop {
  readonly provider: PushProvider;
  readonly breaker: Breaker;
  readonly lag = new Lag();
  readonly #context: LoopContext;
  readonly #outcomes: WatchedOutcomes;
  readonly #inProgress: DeliveriesInProgress;
  readonly #wakeUp: WakeUp;
  #isRunning = false;
  #isClaiming = false;
  #claiming: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #isLookingAhead = false;
  #mustLookAgain = false;
  /** Counts what may have made something due, so that a call during a claim is not missed. */
  #calls = 0;
  #answeredCalls = 0;
  #changedMeanwhile: Parameters<DeliveriesInProgress["outdate"]>[0][] = [];
  #claimFailures = 0;
  #claimAgainAt = 0;
  /** The number of steps back of the clock after which the ledger was corrected last. -1: a new loop does not know. */
  #stepsBack = -1;
  /** The number of steps back of the clock after which everything due was planned. */
  #plannedSteps = -1;
  #rewinding: Promise<void> | undefined;
  #checking: Promise<void> | undefined;

  constructor(context: LoopContext) {
    this.#context = context;
    this.provider = context.provider;
    this.breaker = context.breaker;
    this.#wakeUp = new WakeUp(context.timers, () => this.wake());
    this.#outcomes = new WatchedOutcomes(context.timers);
    this.#inProgress = new DeliveriesInProgress(
      { ...context, lag: this.lag, outcomes: this.#outcomes },
      {
        onDue: (at) => this.#wakeUpAt(at),
        onProgress: () => this.#pump(),
      },
    );
  }

  get lastSuccessAt(): Date | null {
    return this.#inProgress.lastSuccessAt;
  }

  /** Operations in open requests. */
  get inFlight(): number {
    return this.#inProgress.inFlight;
  }

  /** Requests that were given up and that the provider has not ended since. */
  get stuck(): readonly OpenRequest[] {
    return this.#inProgress.stuck;
  }

  /** Whether the loop has nothing to do, as far as it knows. A stopped loop only waits for its open works. */
  get isQuiet(): boolean {
    if (!this.#isRunning) return this.#inProgress.isEmpty;
    const isAsking =
      this.#isClaiming || this.#isLookingAhead || this.#rewinding !== undefined || this.#inProgress.isLooking;
    return this.#inProgress.isEmpty && !isAsking && !this.#mayHaveMore && this.isClockSettled;
  }

  /** Whether the ledger holds nothing that is dated ahead of the clock, as far as the loop knows. */
  get isClockSettled(): boolean {
    return this.#stepsBack === this.#context.clockWatch.stepsBack;
  }

  /** Whether everything that the clock's last step back has made due was planned, as far as the loop knows. */
  get isPlannedSinceStepBack(): boolean {
    return this.#plannedSteps === this.#context.clockWatch.stepsBack;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#stepsBack = -1;
    this.#inProgress.open();
    this.wake();
  }

  /** Marks works as stale, because the host changed their permits or their company. */
  outdate(changed: Parameters<DeliveriesInProgress["outdate"]>[0]): void {
    this.#inProgress.outdate(changed);
    // A claim in progress may have read the state from before the change.
    if (this.#isClaiming) this.#changedMeanwhile.push(changed);
  }

  /** Ends the wait of an open breaker: another provider has heard that the vendor is back. */
  retryNow(): void {
    if (!this.#isRunning || this.breaker.isClosed) return;
    this.breaker.retryNow();
    this.wake();
  }

  /** Looks for due deliveries. */
  wake(): void {
    this.#calls += 1;
    this.#pump();
  }

  /**
   * Looks whether something was planned for an instant that the loop does not know of: other processes plan too. A loop
   * that has more to claim looks when it has none.
   */
  lookAhead(): void {
    if (this.#isRunning && !this.#isClaiming && !this.#mayHaveMore) void this.#lookAhead();
  }

  /**
   * Sends what `write` makes due, and waits for its outcomes: see {@link WatchedOutcomes.watch}. While the loop does not
   * run, or its vendor is down, nothing is waited for.
   */
  sendNow(
    references: Iterable<string>,
    write: () => Promise<ReadonlySet<string>>,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, WatchedEnd>> {
    const writeAndWake = async () => {
      const written = await write();
      if (written.size > 0) this.wake();
      this.#giveUpUnsent();
      return written;
    };
    return this.#outcomes.watch(references, writeAndWake, signal);
  }

  /** Ends the waiting for outcomes that do not come for now. */
  #giveUpUnsent(): void {
    if (!this.#isRunning) this.#outcomes.giveUp();
    else if (!this.breaker.isClosed) this.#outcomes.giveUp(this.#downError());
  }

  #downError(): EnforcementError {
    const { code } = this.breaker.status;
    return new EnforcementError(code ?? "unavailable", "The vendor is down; sync asks it again by itself.", {
      providerId: this.provider.id,
    });
  }

  /**
   * Corrects the ledger's instants after the clock was set back: what waits for an instant of a clock that was ahead
   * becomes due. Fulfilled when that is done, or has failed and will be tried again.
   */
  settleClock(): Promise<void> {
    if (this.#rewinding !== undefined) return this.#rewinding;
    const { clockWatch, timers, health } = this.#context;
    // Reading the clock is what notices that it was set.
    const now = timers.now();
    const { stepsBack, latest } = clockWatch;
    if (stepsBack === this.#stepsBack) return Promise.resolve();
    this.#rewinding = this.#rewind(latest, now)
      .then(
        () => {
          this.#stepsBack = stepsBack;
          this.#claimAgainAt = 0;
          this.#calls += 1;
          this.#context.onClockSettled();
        },
        () => {
          health.note(false);
          this.#wakeUpAt(timers.now().getTime() + REWIND_AGAIN_MS);
        },
      )
      .finally(() => {
        this.#rewinding = undefined;
        if (this.#stepsBack === stepsBack) this.#pump();
      });
    return this.#rewinding;
  }

  async #rewind(latest: number, now: Date): Promise<void> {
    // Nothing in the ledger was dated by a clock that was ahead, so a start need not go through all deliveries.
    if (latest <= now.getTime()) return;
    await this.#context.ledger.rewind({ providerId: this.provider.id, latest: new Date(latest), now });
    this.#context.health.note(true);
  }

  /** Releases what was not sent, and waits for open requests at most `boundMs` milliseconds. Then they are aborted. */
  stop(boundMs: number): Promise<void> {
    this.#stopping ??= this.#end(boundMs).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #end(boundMs: number): Promise<void> {
    this.#isRunning = false;
    this.#wakeUp.cancel();
    this.#outcomes.giveUp();
    let cancel = () => {};
    const bound = new Promise<void>((resolve) => {
      cancel = this.#context.timers.after(boundMs, resolve);
    });
    // Deliveries of a claim in progress are released too. A claim that the ledger does not answer in time expires.
    await Promise.race([Promise.all([this.#claiming, this.#rewinding]), bound]);
    await this.#inProgress.close(bound);
    // The check was aborted, but the ledger may take longer to answer it.
    await Promise.race([this.#checking, bound]);
    cancel();
  }

  /** Sets no timer for a stopped loop: it would keep the process alive. */
  #wakeUpAt(at: number): void {
    if (this.#isRunning) this.#wakeUp.noLaterThan(at);
  }

  get #mayHaveMore(): boolean {
    return this.#answeredCalls !== this.#calls;
  }

  #pump(): void {
    if (!this.#isRunning) return;
    void this.settleClock();
    this.#inProgress.dispatch();
    this.#giveUpUnsent();
    if (this.#mayHaveMore && !this.#isClaiming) {
      const limit = this.#room();
      const wait = Math.max(this.breaker.waitMs, this.#claimAgainAt - this.#context.timers.now().getTime());
      if (wait > 0) this.#wakeUpAt(this.#context.timers.now().getTime() + wait);
      else if (limit > 0) this.#claiming = this.#claim(limit);
    }
    if (!this.isQuiet) return;
    this.#plannedSteps = this.#stepsBack;
    this.#context.onQuiet();
  }

  /** How many deliveries may be claimed now. */
  #room(): number {
    // One operation shows whether the vendor is back.
    if (!this.breaker.isClosed) return this.#inProgress.isEmpty ? 1 : 0;
    const { batchSize } = this.provider.capabilities;
    const { concurrency, ledger, pace, places, held } = this.#context;
    const free = roomFor({
      batchSize,
      ahead: batchSize * concurrency * LEDGER_LOAD[ledger.kind].ahead,
      isCrowded: places.isCrowded,
      waiting: this.#inProgress.waiting,
      held: held.total,
    });
    if (free === 0) return 0;
    const room = pace.areLookupsAsked ? Math.min(free, MAX_TOGETHER_BESIDE_LOOKUPS) : free;
    // Whole requests: operations that are decided together share a request.
    return room - (room % Math.min(batchSize, room));
  }

  async #claim(limit: number): Promise<void> {
    const { claims, timers, health, random } = this.#context;
    let calls = this.#calls;
    this.#isClaiming = true;
    try {
      const begin = () => {
        calls = this.#calls;
        this.#changedMeanwhile = [];
        return limit;
      };
      const { id, capabilities } = this.provider;
      const { batchSize } = capabilities;
      const { deliveries, claimedAt, isAll } = await claims.claim(id, { begin, batchSize });
      health.note(true);
      this.#claimFailures = 0;
      this.#inProgress.take(deliveries, claimedAt);
      for (const changed of this.#changedMeanwhile) this.#inProgress.outdate(changed);
      if (isAll) {
        this.#answeredCalls = calls;
        void this.#lookAhead();
        if (!this.breaker.isClosed && this.#inProgress.isEmpty) this.#checking ??= this.#checkVendor();
      }
    } catch {
      health.note(false);
      this.#claimAgainAt = timers.now().getTime() + 100 + itemBackoff(this.#claimFailures, undefined, random);
      this.#claimFailures += 1;
    }
    this.#isClaiming = false;
    this.#changedMeanwhile = [];
    this.#pump();
  }

  /**
   * Asks a vendor that was down whether it is back, when no permit waits for it. Where a permit waits, its own
   * operation shows that when it is due.
   */
  async #checkVendor(): Promise<void> {
    const { ledger, timers, health } = this.#context;
    let againInMs = CHECK_AGAIN_MS;
    try {
      const { id } = this.provider;
      const counts = await ledger.count([id], timers.now());
      health.note(true);
      if (counts.get(id)?.pending === 0) {
        const wasAsked = await this.#inProgress.checkConnection();
        againInMs = Math.max(this.breaker.waitMs, wasAsked ? MIN_SLEEP_MS : NO_PLACE_MS);
      }
    } catch {
      health.note(false);
    }
    this.#checking = undefined;
    if (!this.breaker.isClosed) this.#wakeUpAt(timers.now().getTime() + againInMs);
    this.#pump();
  }

  /** Sets the timer for the next due delivery. */
  async #lookAhead(): Promise<void> {
    if (this.#isLookingAhead) {
      this.#mustLookAgain = true;
      return;
    }
    this.#isLookingAhead = true;
    const { claims, timers, health } = this.#context;
    try {
      const next = await claims.findNextDue(this.provider.id);
      const soonest = timers.now().getTime() + MIN_SLEEP_MS;
      if (next !== undefined) this.#wakeUpAt(Math.max(next.getTime(), soonest));
    } catch {
      health.note(false);
      this.#wakeUpAt(timers.now().getTime() + 1_000);
    }
    this.#isLookingAhead = false;
    if (this.#mustLookAgain) {
      this.#mustLookAgain = false;
      void this.#lookAhead();
    }
    this.#pump();
  }
}
