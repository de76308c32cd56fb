import { DAY_MS } from "../../core/instant.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { ClockWatch } from "./clock-watch.ts";

// How far ahead of the clock the ledger's instant is written.
const AHEAD_MS = 2 * LEASE_MS;
/**
 * Keeps in the ledger what a restart must know of the clock: an instant that nothing recorded is later than, and the
 * last leap. The instant is written ahead of time, at most once a minute, so that it adds no write to most changes.
 */
export class ClockKeeper {
  readonly #clock: ClockWatch;
  readonly #getLedger: () => Ledger;
  /** Nothing recorded is later than this instant, in milliseconds. */
  #latest = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  /** The instants of changes that are being written. */
  readonly #onTheWay = new Set<Date>();
  /** Whether the ledger may lack that the clock leapt, or that it is steady again. */
  #mayHaveLeapt = false;

  constructor(clock: ClockWatch, getLedger: () => Ledger) {
    this.#clock = clock;
    this.#getLedger = getLedger;
  }

  /** Reads the stored instant and leap after the ledger was opened, and compares the clock with them. */
  async recall(): Promise<void> {
    const ledger = this.#getLedger();
    const { latest, leap } = await ledger.readClock();
    const now = this.#clock.now().getTime();
    if (latest !== null) {
      this.#latest = latest.getTime();
      // A ledger's own clock goes on while no process runs, and running processes write their instant ahead of it: only
      // before the instant at which it was written is the clock surely behind. What was recorded since may be later.
      const writtenAt = ledger.now === undefined ? this.#latest : this.#latest - AHEAD_MS;
      this.#clock.latest = Math.max(this.#clock.latest, now < writtenAt ? this.#latest : writtenAt);
    }
    if (now - this.#latest > DAY_MS && latest !== null) this.#clock.noteLeap(now - this.#latest, "ledger");
    else if (leap !== null && leap.steadyAt.getTime() > now) {
      this.#clock.noteLeap(leap.byMs, "ledger", Math.min(DAY_MS, leap.steadyAt.getTime() - now));
    }
  }

  /** Writes a change that was decided at `at`. The clock may be set back before the write ends. */
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

  /**
   * Ensures that the ledger's instant is later than `now`, before a change is recorded or a claim is made at `now`.
   * Returns undefined when it is already.
   */
  cover(now: Date): Promise<void> | undefined {
    if (now.getTime() + LEASE_MS <= this.#latest && !this.#mayHaveLeapt) return undefined;
    // The clock may have leapt since the other write began.
    if (this.#writing !== undefined) return this.#writing.then(() => this.cover(now));
    const latest = now.getTime() + AHEAD_MS;
    const { status } = this.#clock;
    // One write for both: a start that reads the instant must also read that it may be wrong.
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

  /** Lowers the stored instant after everything that was dated ahead of the clock has been corrected. */
  async settle(): Promise<void> {
    await this.#lower(AHEAD_MS);
  }

  /**
   * Lowers the stored instant to the clock after deliveries have ended, so that the next start need not look for
   * anything dated ahead.
   */
  async rest(): Promise<void> {
    // The clock may have leapt since it was read last.
    await this.cover(this.#clock.now());
    await this.#lower(0);
  }

  /** Writes what the clock shows, and its leap or that it is steady again. */
  async keep(): Promise<void> {
    this.#mayHaveLeapt = true;
    await this.cover(this.#clock.now());
  }

  async #lower(aheadMs: number): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    const now = this.#clock.now();
    // A change dated ahead that is still being written is corrected after its write.
    for (const at of this.#onTheWay) if (at > now) return;
    const latest = now.getTime() + aheadMs;
    if (latest >= this.#latest) return;
    // Set before the write: decisions made meanwhile see the lower value and are covered again after it.
    this.#latest = latest;
    await this.#inTurn(() => this.#getLedger().noteClock({ latest: new Date(latest) }, { isSettled: true }));
  }

  /** Runs one write at a time, so that the ledger never holds an earlier instant than this process assumes. */
  #inTurn(write: () => Promise<void>): Promise<void> {
    this.#writing = write().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }
}
