import type { PushProvider } from "../../core/provider.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import { itemBackoff } from "../pace/backoff.ts";
import { PACE } from "../pace/ledger-pace.ts";
import { areLookupsAsked, FEW_OPERATIONS } from "../pace/lookups-first.ts";
import { Lag } from "./lag.ts";
import type { LoopContext } from "./loop-context.ts";
import type { Breaker } from "./send/breaker.ts";
import { WakeUp } from "./wake-up.ts";
import { WorkFloor } from "./work-floor.ts";

// Enough that a slow ledger does not let requests wait, and little enough to be put back quickly.
const SMALLEST_WINDOW = 64;
// A ledger may say that something is due and not give it: another process was faster.
const SHORTEST_SLEEP_MS = 20;
const REWIND_AGAIN_MS = 1_000;
// Another process may deliver the last of what would have shown that a vendor is back, and does not say so.
const CHECK_AGAIN_MS = 60_000;

/** Delivers what is due at one provider, as long as it runs. Providers know nothing of each other. */
export class DeliveryLoop {
  readonly provider: PushProvider;
  readonly breaker: Breaker;
  readonly lag = new Lag();
  readonly #context: LoopContext;
  readonly #floor: WorkFloor;
  readonly #wakeUp: WakeUp;
  #isRunning = false;
  #isClaiming = false;
  #claiming: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #isLookingAhead = false;
  #mustLookAgain = false;
  /** Counts what may have made something due, so that nothing is missed while the ledger is asked. */
  #calls = 0;
  #answeredCalls = 0;
  #changedMeanwhile: Parameters<WorkFloor["outdate"]>[0][] = [];
  #claimFailures = 0;
  #claimAgainAt = 0;
  /** Steps of the clock after which the ledger's instants were put right. One that starts does not know. */
  #stepsBack = -1;
  #rewinding: Promise<void> | undefined;
  #checking: Promise<void> | undefined;

  constructor(context: LoopContext) {
    this.#context = context;
    this.provider = context.provider;
    this.breaker = context.breaker;
    this.#wakeUp = new WakeUp(context.timers, () => this.wake());
    this.#floor = new WorkFloor(
      { ...context, lag: this.lag },
      {
        onDue: (at) => this.#wakeUpAt(at),
        onProgress: () => this.#pump(),
      },
    );
  }

  get lastSuccessAt(): Date | null {
    return this.#floor.lastSuccessAt;
  }

  /** Operations that a vendor is being asked for. */
  get inFlight(): number {
    return this.#floor.inFlight;
  }

  /** Requests that were given up and that the provider has not ended yet. */
  get stuck(): number {
    return this.#floor.stuck;
  }

  /** Whether it has nothing to do, as far as it knows. One that does not run has nothing to do. */
  get isQuiet(): boolean {
    if (!this.#isRunning) return this.#floor.isEmpty;
    const isAsking =
      this.#isClaiming || this.#isLookingAhead || this.#rewinding !== undefined || this.#floor.isLooking;
    return this.#floor.isEmpty && !isAsking && !this.#mayHaveMore && this.isClockSettled;
  }

  /** Whether nothing in the ledger is dated ahead of the clock, as far as it knows. */
  get isClockSettled(): boolean {
    return this.#stepsBack === this.#context.clockWatch.stepsBack;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#stepsBack = -1;
    this.#floor.open();
    this.wake();
  }

  /** What the host said is newer than what is being worked on. */
  outdate(changed: Parameters<WorkFloor["outdate"]>[0]): void {
    this.#floor.outdate(changed);
    // What is being claimed may have been read before.
    if (this.#isClaiming) this.#changedMeanwhile.push(changed);
  }

  /** Something may be due. */
  wake(): void {
    this.#calls += 1;
    this.#pump();
  }

  /**
   * Puts the ledger's instants right when the clock was set back: what waits for one of a clock that was ahead is due now.
   * Fulfilled when it is done, or has failed and is tried again.
   */
  settleClock(): Promise<void> {
    if (this.#rewinding !== undefined) return this.#rewinding;
    const { clockWatch, timers, health } = this.#context;
    // The clock is read first: that is how it is known to have been set.
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
    // Nothing that the ledger holds was dated by a clock that was ahead. A start does not go through it all.
    if (latest <= now.getTime()) return;
    await this.#context.ledger.rewind({ providerId: this.provider.id, latest: new Date(latest), now });
    this.#context.health.note(true);
  }

  /** Puts back what was not sent, and waits for the rest: at most `boundMs`, then it is cut off. */
  stop(boundMs: number): Promise<void> {
    this.#stopping ??= this.#end(boundMs).finally(() => {
      this.#stopping = undefined;
    });
    return this.#stopping;
  }

  async #end(boundMs: number): Promise<void> {
    this.#isRunning = false;
    this.#wakeUp.cancel();
    let cancel = () => {};
    const bound = new Promise<void>((resolve) => {
      cancel = this.#context.timers.after(boundMs, resolve);
    });
    // What it is just being given goes back, too; a claim that the ledger does not answer in time runs out.
    await Promise.race([Promise.all([this.#claiming, this.#rewinding]), bound]);
    await this.#floor.close(bound);
    // The floor has cut it off; what it asks the ledger may take longer.
    await Promise.race([this.#checking, bound]);
    cancel();
  }

  /** One that does not run is not woken: its timer would keep the process alive. */
  #wakeUpAt(at: number): void {
    if (this.#isRunning) this.#wakeUp.noLaterThan(at);
  }

  get #mayHaveMore(): boolean {
    return this.#answeredCalls !== this.#calls;
  }

  #pump(): void {
    if (!this.#isRunning) return;
    void this.settleClock();
    this.#floor.dispatch();
    if (this.#mayHaveMore && !this.#isClaiming) {
      const limit = this.#room();
      const wait = Math.max(this.breaker.waitMs, this.#claimAgainAt - this.#context.timers.now().getTime());
      if (wait > 0) this.#wakeUpAt(this.#context.timers.now().getTime() + wait);
      else if (limit > 0) this.#claiming = this.#claim(limit);
    }
    if (this.isQuiet) this.#context.onQuiet();
  }

  /** How many deliveries may be taken now. */
  #room(): number {
    // One operation shows whether the vendor is back.
    if (!this.breaker.isClosed) return this.#floor.isEmpty ? 1 : 0;
    const { batchSize } = this.provider.capabilities;
    const { concurrency, ledger } = this.#context;
    const whole = batchSize * concurrency * PACE[ledger.kind].ahead;
    const window = Math.max(SMALLEST_WINDOW, areLookupsAsked() ? FEW_OPERATIONS : whole);
    // Many at a time: every claim is a reading of the ledger's. Not all at once: while some are being prepared, the next
    // are claimed.
    const room = window - this.#floor.waiting;
    if (room < window / 4) return 0;
    // Whole requests: what is decided together travels together.
    return room - (room % Math.min(batchSize, room));
  }

  async #claim(limit: number): Promise<void> {
    const { ledger, timers, clockKeeper, health, random } = this.#context;
    const calls = this.#calls;
    this.#isClaiming = true;
    try {
      const claimedAt = timers.monotonic();
      const request = { providerId: this.provider.id, now: timers.now(), limit, leaseMs: LEASE_MS };
      const covering = clockKeeper.cover(request.now);
      if (covering !== undefined) await covering;
      const claimed = await ledger.claim(request);
      health.note(true);
      this.#claimFailures = 0;
      this.#floor.take(claimed, claimedAt);
      for (const changed of this.#changedMeanwhile) this.#floor.outdate(changed);
      if (claimed.length < limit) {
        this.#answeredCalls = calls;
        void this.#lookAhead();
        if (!this.breaker.isClosed && this.#floor.isEmpty) this.#checking ??= this.#checkVendor();
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
   * A vendor that was down and that no permit waits for is asked whether it is back. Where a permit waits, its own
   * operation shows that when its time comes.
   */
  async #checkVendor(): Promise<void> {
    const { ledger, timers, health } = this.#context;
    let againInMs = CHECK_AGAIN_MS;
    try {
      const { pending } = await ledger.count(this.provider.id, timers.now());
      health.note(true);
      if (pending === 0) {
        await this.#floor.checkConnection();
        againInMs = Math.max(this.breaker.waitMs, SHORTEST_SLEEP_MS);
      }
    } catch {
      health.note(false);
    }
    this.#checking = undefined;
    if (!this.breaker.isClosed) this.#wakeUpAt(timers.now().getTime() + againInMs);
    this.#pump();
  }

  /** Finds out when to wake up although nobody calls. */
  async #lookAhead(): Promise<void> {
    if (this.#isLookingAhead) {
      this.#mustLookAgain = true;
      return;
    }
    this.#isLookingAhead = true;
    const { ledger, timers, health } = this.#context;
    try {
      const next = await ledger.findNextDue(this.provider.id);
      const soonest = timers.now().getTime() + SHORTEST_SLEEP_MS;
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
