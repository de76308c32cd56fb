import { DAY_MS } from "../../core/instant.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ClockWatch } from "./clock-watch.ts";

// How far ahead of the clock the instant is written.
const AHEAD_MS = 2 * LEASE_MS;
/**
 * Keeps in the ledger what must be known of the clock after a restart: an instant that nothing recorded is later than, and
 * a leap. It is written ahead of time, once a minute at most, so that it costs nothing beside what it is about.
 */
export class ClockKeeper {
  readonly #clock: ClockWatch;
  readonly #getLedger: () => Ledger;
  /** Nothing that was recorded is later, in milliseconds. */
  #latest = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  /** When changes that are on their way to the ledger were decided. */
  readonly #onTheWay = new Set<Date>();
  /** Whether the ledger may not know yet that the clock leapt, or is steady again. */
  #mayHaveLeapt = false;

  constructor(clock: ClockWatch, getLedger: () => Ledger) {
    this.#clock = clock;
    this.#getLedger = getLedger;
  }

  /** Reads what is remembered, when the ledger was opened, and judges the clock by it. */
  async recall(): Promise<void> {
    const ledger = this.#getLedger();
    const { latest, leap } = await ledger.readClock();
    const now = this.#clock.now().getTime();
    if (latest !== null) {
      this.#latest = latest.getTime();
      // A ledger's own clock goes on while no process runs, and others that run write ahead of it.
      const mayBeLater = ledger.now === undefined ? this.#latest : this.#latest - AHEAD_MS;
      this.#clock.latest = Math.max(this.#clock.latest, mayBeLater);
    }
    if (now - this.#latest > DAY_MS && latest !== null) this.#clock.noteLeap(now - this.#latest, "ledger");
    else if (leap !== null && leap.steadyAt.getTime() > now) {
      this.#clock.noteLeap(leap.byMs, "ledger", Math.min(DAY_MS, leap.steadyAt.getTime() - now));
    }
  }

  /** Records what was decided at an instant. The clock may be set back before it is written. */
  async record<Value>(at: Date, write: () => Promise<Value>): Promise<Value> {
    this.#onTheWay.add(at);
    try {
      const covering = this.cover(at);
      if (covering !== undefined) await covering;
      return await write();
    } finally {
      this.#onTheWay.delete(at);
      this.#clock.noteWritten(at);
    }
  }

  /** Before something is recorded at `now`, or decided under a claim of `now`. At once where that is covered already. */
  cover(now: Date): Promise<void> | undefined {
    if (now.getTime() + LEASE_MS <= this.#latest && !this.#mayHaveLeapt) return undefined;
    // The clock may have leapt since the other one began.
    if (this.#writing !== undefined) return this.#writing.then(() => this.cover(now));
    const latest = now.getTime() + AHEAD_MS;
    const { status } = this.#clock;
    // In one writing: a start that finds the instant must find that it may be wrong.
    const leap = status === null ? null : { steadyAt: status.steadyAt, byMs: status.byMs };
    this.#mayHaveLeapt = false;
    return this.#inTurn(async () => {
      try {
        await this.#getLedger().noteClock({ latest: new Date(latest), leap });
      } catch (thrown) {
        this.#mayHaveLeapt = true;
        throw thrown;
      }
      this.#latest = Math.max(this.#latest, latest);
    });
  }

  /** What was dated ahead of the clock has been put right: from now on, nothing recorded is later than it shows. */
  async settle(): Promise<void> {
    await this.#lower(AHEAD_MS);
  }

  /** Deliveries have come to rest, and nothing is dated ahead: a start after this need not look for what is. */
  async rest(): Promise<void> {
    // The clock may have leapt since it was read last.
    await this.cover(this.#clock.now());
    await this.#lower(0);
  }

  /** Remembers the clock's leap, or that it is steady again, and what it shows. */
  async keep(): Promise<void> {
    this.#mayHaveLeapt = true;
    await this.cover(this.#clock.now());
  }

  async #lower(aheadMs: number): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    const now = this.#clock.now();
    // What is written only now is put right after it is.
    for (const at of this.#onTheWay) if (at > now) return;
    const latest = now.getTime() + aheadMs;
    if (latest >= this.#latest) return;
    // At once, so that what is decided meanwhile is covered anew, after this.
    this.#latest = latest;
    await this.#inTurn(() => this.#getLedger().noteClock({ latest: new Date(latest) }, { isSettled: true }));
  }

  /** One writing at a time, so that the ledger never holds an earlier instant than this process believes. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#writing = write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}
