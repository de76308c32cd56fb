import type { LedgerHealth } from "../deliver/events.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { OutageChange } from "../ledger/provider-notes.ts";
import type { Timers } from "../pace/timers.ts";

// Another process of a shared ledger may have died while its breaker was open. An answer to this one ends that outage.
const EVERY_MS = 60 * 60_000;

// Changes that the ledger could not write are kept up to this number, the oldest given up first.
const MAX_WAITING = 100;

/**
 * Writes the outages of providers into the ledger, one after the other. A change that could not be written waits for the
 * next change or answer of any provider; when the process ends before, it is lost. A process that died during an outage
 * left it open, so the first answer that another process gets ends it, and so does one answer an hour where several
 * processes share the ledger.
 */
export class OutageNotes {
  readonly #ledger: Ledger;
  readonly #timers: Pick<Timers, "now" | "monotonic">;
  readonly #health: Pick<LedgerHealth, "note">;
  readonly #waiting: OutageChange[] = [];
  /** When this process noted last that a provider is up, by its id. */
  readonly #notedUp = new Map<string, number>();
  #isWriting = false;
  #writing: Promise<void> = Promise.resolve();

  constructor(context: {
    ledger: Ledger;
    timers: Pick<Timers, "now" | "monotonic">;
    health: Pick<LedgerHealth, "note">;
  }) {
    this.#ledger = context.ledger;
    this.#timers = context.timers;
    this.#health = context.health;
  }

  /** Notes that a provider's breaker opened (`code`) or closed (null). */
  noteChange(change: OutageChange): void {
    if (change.code === null) this.#notedUp.set(change.providerId, this.#timers.monotonic());
    this.#waiting.push(change);
    if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
    this.#write();
  }

  /** Notes that a provider whose breaker is closed has answered. */
  noteAnswer(providerId: string): void {
    const notedAt = this.#notedUp.get(providerId);
    const isNoted =
      notedAt !== undefined &&
      (this.#ledger.watch === undefined || this.#timers.monotonic() < notedAt + EVERY_MS);
    if (!isNoted) this.noteChange({ providerId, at: this.#timers.now(), code: null });
    else if (this.#waiting.length > 0) this.#write();
  }

  /** Fulfilled when no write is under way. */
  settled(): Promise<void> {
    return this.#writing;
  }

  #write(): void {
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writing = this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    try {
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        await this.#ledger.noteOutage(next);
        if (this.#waiting[0] === next) this.#waiting.shift();
      }
    } catch {
      this.#health.note(false);
    }
    this.#isWriting = false;
  }
}
