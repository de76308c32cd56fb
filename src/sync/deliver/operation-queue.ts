import type { Intent, Right } from "../ledger/delivery.ts";
import type { Work } from "./work.ts";

/** An intent that is written down and waits for a request to travel in. */
export interface QueuedOperation {
  readonly work: Work;
  readonly right: Right;
  readonly intent: Intent;
}

// One item that a vendor chokes on fails every request that it is in. From then on it travels alone.
const ATTEMPTS_BEFORE_ALONE = 2;

interface Group {
  readonly operations: QueuedOperation[];
  /** How many of them have left. */
  taken: number;
}

/** Operations of one provider, by what may share a request: the operation and the instant at which it was decided. */
export class OperationQueue {
  readonly #groups = new Map<string, Group>();
  #alone: QueuedOperation[] = [];
  #isAlonesTurn = false;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(operation: QueuedOperation): void {
    this.#size += 1;
    const { intent } = operation;
    if (Math.max(intent.attempts, intent.tries ?? 0) >= ATTEMPTS_BEFORE_ALONE) {
      this.#alone.push(operation);
      return;
    }
    const key = `${intent.operation} ${intent.at}`;
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { operations: [operation], taken: 0 });
    else group.operations.push(operation);
  }

  /** The next ones that travel together, at most `limit`; empty when there are none. */
  take(limit: number): QueuedOperation[] {
    // In turns, so that neither kind waits for the end of the other.
    this.#isAlonesTurn = !this.#isAlonesTurn;
    const [first] = this.#groups;
    if (first === undefined || (this.#isAlonesTurn && this.#alone.length > 0)) {
      const alone = this.#alone.splice(0, 1);
      this.#size -= alone.length;
      return alone;
    }
    const [key, group] = first;
    const batch = group.operations.slice(group.taken, group.taken + limit);
    group.taken += batch.length;
    if (group.taken === group.operations.length) {
      this.#groups.delete(key);
      // The tables that a busy Map leaves behind hold the group; see WorkTable.
      group.operations.length = 0;
    }
    this.#size -= batch.length;
    return batch;
  }

  /** Takes out all of them. */
  takeAll(): QueuedOperation[] {
    const waiting = [...this.#groups.values()].flatMap(({ operations, taken }) => operations.slice(taken));
    const all = [...waiting, ...this.#alone];
    this.#groups.clear();
    this.#alone = [];
    this.#size = 0;
    return all;
  }
}
