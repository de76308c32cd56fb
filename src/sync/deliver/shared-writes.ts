import type { DeliveryUpdate, Ledger } from "../ledger/ledger.ts";
import { itemBackoff } from "../pace/backoff.ts";
import { LEDGER_LOAD } from "../pace/ledger-load.ts";
import { MAX_TOGETHER_BESIDE_LOOKUPS, type Pace } from "../pace/pace.ts";
import type { Timers } from "../pace/timers.ts";

/** The updates of one provider in a round. */
interface Part {
  readonly providerId: string;
  readonly updates: Map<string, DeliveryUpdate>;
  readonly done: Promise<ReadonlySet<string>>;
  readonly finish: (lost: ReadonlySet<string>) => void;
}

/** What one write takes, by provider. */
class Round {
  readonly parts = new Map<string, Part>();
  size = 0;

  add(providerId: string, updates: readonly DeliveryUpdate[]): Part {
    let part = this.parts.get(providerId);
    if (part === undefined) {
      part = createPart(providerId);
      this.parts.set(providerId, part);
    }
    const collected = part.updates;
    this.size -= collected.size;
    for (const update of updates) {
      // A later update of a delivery takes the place of an earlier one, behind those that came before it.
      collected.delete(update.permitId);
      collected.set(update.permitId, update);
    }
    this.size += collected.size;
    return part;
  }

  has(providerId: string, permitId: string): boolean {
    return this.parts.get(providerId)?.updates.has(permitId) === true;
  }
}

// Urgent deliveries get three rounds of four, so that the others go on.
const TURNS = 4;

const NONE: ReadonlySet<string> = new Set();

export interface SharedWritesOptions {
  readonly ledger: Ledger;
  readonly timers: Timers;
  readonly random: () => number;
  readonly pace: Pick<Pace, "areLookupsAsked">;
  /** Called after every failure and every success. */
  readonly onResult: (isWritten: boolean) => void;
}

/**
 * Writes the deliveries of all providers of a sync to the ledger, and retries when the ledger fails. Updates that arrive
 * while the ledger has as many writes as it may are collected into the next ones, as large as the ledger's load allows,
 * so that the number of statements does not grow with the number of providers. No delivery is in two writes at the same
 * time.
 */
export class SharedWrites {
  readonly #options: SharedWritesOptions;
  readonly #urgent: Round[] = [];
  readonly #others: Round[] = [];
  readonly #writing = new Set<Round>();
  readonly #pauses = new Set<() => void>();
  /** The providers whose failed writes are given up. */
  readonly #stopped = new Set<string>();
  #turn = 0;

  constructor(options: SharedWritesOptions) {
    this.#options = options;
  }

  /**
   * Fulfilled when the updates of a provider are durable; of one delivery, only the last update is kept. Those of urgent
   * deliveries go first: a delivery is urgent in all its updates or in none, because they are written in order. Returns
   * the ids of the permits that were not written, because their claim is over or the write was given up.
   */
  write(
    providerId: string,
    updates: readonly DeliveryUpdate[],
    { isUrgent }: { isUrgent: boolean },
  ): Promise<ReadonlySet<string>> {
    if (updates.length === 0) return Promise.resolve(NONE);
    const waiting = isUrgent ? this.#urgent : this.#others;
    let round = waiting.at(-1);
    if (round === undefined || round.size + updates.length > this.#mostTogether) {
      round = new Round();
      waiting.push(round);
    }
    const { done } = round.add(providerId, updates);
    this.#run();
    return done;
  }

  /** From now on failed writes of a provider are retried. */
  retry(providerId: string): void {
    this.#stopped.delete(providerId);
  }

  /** From now on failed writes of a provider are given up. */
  stopRetrying(providerId: string): void {
    this.#stopped.add(providerId);
    for (const end of this.#pauses) end();
  }

  get #mostTogether(): number {
    const { ledger, pace } = this.#options;
    const { writtenTogether } = LEDGER_LOAD[ledger.kind];
    return pace.areLookupsAsked ? Math.min(writtenTogether, MAX_TOGETHER_BESIDE_LOOKUPS) : writtenTogether;
  }

  #run(): void {
    const { writings } = LEDGER_LOAD[this.#options.ledger.kind];
    while (this.#writing.size < writings) {
      const round = this.#takeNext();
      if (round === undefined) return;
      this.#writing.add(round);
      void this.#write(round);
    }
  }

  /** The next round that may begin. */
  #takeNext(): Round | undefined {
    const isUrgentsTurn = this.#turn !== 0;
    for (const waiting of isUrgentsTurn ? [this.#urgent, this.#others] : [this.#others, this.#urgent]) {
      const [first] = waiting;
      if (first === undefined || this.#isBeingWritten(first)) continue;
      waiting.shift();
      this.#turn = (this.#turn + 1) % TURNS;
      return first;
    }
    return undefined;
  }

  /** Whether a write in progress includes one of the round's deliveries. */
  #isBeingWritten({ parts }: Round): boolean {
    for (const other of this.#writing) {
      for (const { providerId, updates } of parts.values()) {
        if (!other.parts.has(providerId)) continue;
        for (const permitId of updates.keys()) if (other.has(providerId, permitId)) return true;
      }
    }
    return false;
  }

  /** Writes a round. A part that is given up is not tried again with the others. */
  async #write(round: Round): Promise<void> {
    const { parts } = round;
    const { ledger, random, onResult } = this.#options;
    for (let failures = 0; parts.size > 0; failures += 1) {
      const written = [...parts.values()].flatMap(({ updates }) => [...updates.values()]);
      try {
        const effects = await ledger.save(written);
        onResult(true);
        finish(parts.values(), effects);
        parts.clear();
      } catch {
        onResult(false);
        for (const [providerId, part] of parts) {
          if (!this.#stopped.has(providerId)) continue;
          parts.delete(providerId);
          part.finish(new Set(part.updates.keys()));
        }
        // A vendor's acknowledgement must not be lost while a disk is full.
        if (parts.size > 0) await this.#pause(itemBackoff(failures, undefined, random));
      }
    }
    this.#writing.delete(round);
    this.#run();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        this.#pauses.delete(end);
        cancel();
        resolve();
      };
      const cancel = this.#options.timers.after(milliseconds, end);
      this.#pauses.add(end);
    });
  }
}

function createPart(providerId: string): Part {
  let finish: Part["finish"] = () => {};
  const done = new Promise<ReadonlySet<string>>((resolve) => {
    finish = resolve;
  });
  return { providerId, updates: new Map(), done, finish };
}

/** Ends parts by what took effect, for all their updates in order. */
function finish(parts: Iterable<Part>, effects: readonly boolean[]): void {
  let place = 0;
  for (const part of parts) {
    const lost = [...part.updates.keys()].filter((_, index) => effects[place + index] !== true);
    place += part.updates.size;
    part.finish(lost.length === 0 ? NONE : new Set(lost));
  }
}
