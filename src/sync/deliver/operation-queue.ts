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

// Urgent operations get three requests of four, so that the others go on.
const TURNS = 4;

/**
 * The operations of one provider that wait for a request. Those of urgent deliveries go first; groups and single
 * operations take turns, so that no kind waits for the end of another.
 */
export class OperationQueue {
  readonly #urgent = new Groups();
  readonly #others = new Groups();
  #alone: QueuedOperation[] = [];
  #turn = 0;
  #isAlonesTurn = false;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(operation: QueuedOperation): void {
    this.#size += 1;
    const { intent, work } = operation;
    if (Math.max(intent.attempts, intent.tries ?? 0) >= ATTEMPTS_BEFORE_ALONE) this.#alone.push(operation);
    else if (work.isUrgent) this.#urgent.add(operation);
    else this.#others.add(operation);
  }

  /** Takes the next operations that may share a request, at most `limit`; empty when there are none. */
  take(limit: number): QueuedOperation[] {
    const taken = this.#takeNext(limit);
    this.#size -= taken.length;
    return taken;
  }

  takeAll(): QueuedOperation[] {
    const all = [...this.#urgent.takeAll(), ...this.#others.takeAll(), ...this.#alone];
    this.#alone = [];
    this.#size = 0;
    return all;
  }

  #takeNext(limit: number): QueuedOperation[] {
    this.#turn = (this.#turn + 1) % TURNS;
    const isUrgentsTurn = this.#turn !== 0 || (this.#others.isEmpty && this.#alone.length === 0);
    if (isUrgentsTurn && !this.#urgent.isEmpty) return this.#urgent.take(limit);
    this.#isAlonesTurn = !this.#isAlonesTurn;
    const isAlones = this.#others.isEmpty || (this.#isAlonesTurn && this.#alone.length > 0);
    return isAlones ? this.#alone.splice(0, 1) : this.#others.take(limit);
  }
}

/** Operations by what may share a request: the kind and the instant of the decision. */
class Groups {
  readonly #groups = new Map<string, { readonly operations: QueuedOperation[]; taken: number }>();

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  add(operation: QueuedOperation): void {
    const { intent } = operation;
    const key = `${intent.operation} ${intent.at}`;
    const group = this.#groups.get(key);
    if (group === undefined) this.#groups.set(key, { operations: [operation], taken: 0 });
    else group.operations.push(operation);
  }

  /** Takes operations of the oldest group. */
  take(limit: number): QueuedOperation[] {
    const [first] = this.#groups;
    if (first === undefined) return [];
    const [key, group] = first;
    const batch = group.operations.slice(group.taken, group.taken + limit);
    group.taken += batch.length;
    if (group.taken === group.operations.length) {
      this.#groups.delete(key);
      // The tables that a busy Map leaves behind still hold the group; see WorkTable.
      group.operations.length = 0;
    }
    return batch;
  }

  takeAll(): QueuedOperation[] {
    const all = [...this.#groups.values()].flatMap(({ operations, taken }) => operations.slice(taken));
    this.#groups.clear();
    return all;
  }
}
