import type { Intent, RegistrationState } from "../ledger/delivery.ts";
import type { Work } from "./work.ts";

/** An intent that is written to the ledger and waits for a request. */
export interface QueuedOperation {
  readonly work: Work;
  readonly right: RegistrationState;
  readonly intent: Intent;
}

// An item that the vendor cannot process fails every request that it is in. After this many attempts it is sent alone.
const ATTEMPTS_BEFORE_ALONE = 2;

interface Group {
  readonly operations: QueuedOperation[];
  /** How many of them were taken. */
  taken: number;
}

/** The operations of one provider, grouped by what may share a request: the kind and the instant of the decision. */
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

  /** Takes the next operations that may share a request, at most `limit`; empty when there are none. */
  take(limit: number): QueuedOperation[] {
    // Groups and single operations take turns, so that neither kind waits for the end of the other.
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
      // The tables that a busy Map leaves behind still hold the group; see WorkTable.
      group.operations.length = 0;
    }
    this.#size -= batch.length;
    return batch;
  }

  takeAll(): QueuedOperation[] {
    const waiting = [...this.#groups.values()].flatMap(({ operations, taken }) => operations.slice(taken));
    const all = [...waiting, ...this.#alone];
    this.#groups.clear();
    this.#alone = [];
    this.#size = 0;
    return all;
  }
}
