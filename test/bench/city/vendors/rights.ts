import { Column } from "./columns.ts";

/** What a vendor accepted, in the order in which it did. One number for each event in each list. */
export interface EventLog {
  /** When it was accepted, by the machine's clock in milliseconds. */
  readonly at: Float64Array;
  /** How long the vendor itself took, in milliseconds. */
  readonly tookMs: Float64Array;
  readonly kind: Float64Array;
  readonly plate: Float64Array;
  readonly target: Float64Array;
  readonly end: Float64Array;
}

/** Rights that are live at the vendors: the same place in each list is one right. */
export interface LiveRights {
  /** Plate and target as one number: see {@link rightKey}. */
  readonly keys: Float64Array;
  readonly ends: Float64Array;
}

export const EVENT = { start: 0, change: 1, stop: 2 } as const;

const TARGETS = 2 ** 21;

/** Plate (as `plateCode` gives it) and target as one number. */
export const rightKey = (plate: number, target: number): number => plate * TARGETS + target;

/** An operation as a wire has read it. */
export interface Received {
  readonly reference: string;
  readonly company: number;
  readonly plate: number;
  readonly target: number;
  /** In milliseconds. */
  readonly end: number;
}

export type Verdict = "applied" | "repeated" | "stopped" | "unknown";

const LIVE = 1;
const STOPPED = 2;

/** The rights of all vendors, and what went wrong with them. */
export class VendorRights {
  readonly #indexOf = new Map<string, number>();
  readonly #keys = new Column();
  readonly #ends = new Column();
  readonly #states = new Column();
  readonly #liveByKey = new Map<number, number>();
  #log = createLog();
  #isLogging = false;
  #live = 0;
  #repeats = 0;
  readonly #violations: string[] = [];

  get live(): number {
    return this.#live;
  }

  get repeats(): number {
    return this.#repeats;
  }

  get violations(): readonly string[] {
    return this.#violations;
  }

  /** From now on, what is accepted is kept as events. */
  startLog(): void {
    this.#isLogging = true;
  }

  note(violation: string): void {
    if (this.#violations.length < 100) this.#violations.push(violation);
  }

  start(received: Received, tookMs: number): Verdict {
    const known = this.#indexOf.get(received.reference);
    const key = rightKey(received.plate, received.target);
    if (known !== undefined) {
      this.#repeats += 1;
      if (this.#keys.get(known) !== key) this.note("A reference was used for two rights.");
      return this.#states.get(known) === LIVE ? "repeated" : "stopped";
    }
    this.#indexOf.set(received.reference, this.#keys.push(key));
    this.#ends.push(received.end);
    this.#states.push(LIVE);
    this.#live += 1;
    const lives = (this.#liveByKey.get(key) ?? 0) + 1;
    this.#liveByKey.set(key, lives);
    if (lives > 1) this.note(`A right is live ${lives} times.`);
    this.#keep(EVENT.start, received, tookMs);
    return "applied";
  }

  change(reference: string, end: number, tookMs: number): Verdict {
    const known = this.#indexOf.get(reference);
    if (known === undefined) return "unknown";
    if (this.#states.get(known) !== LIVE) return "stopped";
    this.#ends.set(known, end);
    this.#keep(EVENT.change, { ...splitKey(this.#keys.get(known)), end }, tookMs);
    return "applied";
  }

  stop(reference: string, end: number, tookMs: number): Verdict {
    const known = this.#indexOf.get(reference);
    if (known === undefined) return "unknown";
    if (this.#states.get(known) !== LIVE) return "repeated";
    this.#states.set(known, STOPPED);
    this.#live -= 1;
    const key = this.#keys.get(known);
    const lives = (this.#liveByKey.get(key) ?? 1) - 1;
    if (lives === 0) this.#liveByKey.delete(key);
    else this.#liveByKey.set(key, lives);
    this.#keep(EVENT.stop, { ...splitKey(key), end }, tookMs);
    return "applied";
  }

  log(): EventLog {
    const { at, tookMs, kind, plate, target, end } = this.#log;
    return {
      at: at.toArray(),
      tookMs: tookMs.toArray(),
      kind: kind.toArray(),
      plate: plate.toArray(),
      target: target.toArray(),
      end: end.toArray(),
    };
  }

  liveRights(): LiveRights {
    const keys = new Float64Array(this.#live);
    const ends = new Float64Array(this.#live);
    let found = 0;
    for (let index = 0; index < this.#keys.length; index += 1) {
      if (this.#states.get(index) !== LIVE) continue;
      keys[found] = this.#keys.get(index);
      ends[found] = this.#ends.get(index);
      found += 1;
    }
    return { keys, ends };
  }

  #keep(kind: number, right: Pick<Received, "plate" | "target" | "end">, took: number): void {
    if (!this.#isLogging) return;
    this.#log.at.push(Date.now());
    this.#log.tookMs.push(took);
    this.#log.kind.push(kind);
    this.#log.plate.push(right.plate);
    this.#log.target.push(right.target);
    this.#log.end.push(right.end);
  }
}

function splitKey(key: number): { plate: number; target: number } {
  return { plate: Math.floor(key / TARGETS), target: key % TARGETS };
}

function createLog(): Record<keyof EventLog, Column> {
  return {
    at: new Column(),
    tookMs: new Column(),
    kind: new Column(),
    plate: new Column(),
    target: new Column(),
    end: new Column(),
  };
}
