/**
 * A bound on requests that several providers share. Who finds no place is called again when one is free, in the order of
 * asking: a provider with a long queue gets one place in its turn, as the others do.
 */
export class RequestPlaces {
  readonly #max: () => number;
  readonly #waiting = new Set<() => void>();
  /** Whose turn it is. */
  #served: (() => void) | undefined;
  #taken = 0;

  constructor(max: () => number) {
    this.#max = max;
  }

  /** Whether some wait for a place. */
  get isCrowded(): boolean {
    return this.#waiting.size > 0;
  }

  /** Takes a place. Returns false when none is free or others wait already: `again` is called when it is its turn. */
  take(again: () => void): boolean {
    const mustWait = this.#waiting.size > 0 && this.#served !== again;
    if (mustWait || this.#taken >= this.#max()) {
      this.#waiting.add(again);
      return false;
    }
    this.#taken += 1;
    return true;
  }

  /** Gives a place back, and lets those who wait have their turn. */
  release(): void {
    this.#taken -= 1;
    this.#serve();
  }

  /** Ends the waiting of one who has stopped. */
  leave(again: () => void): void {
    this.#waiting.delete(again);
  }

  #serve(): void {
    // A place that is given back within a turn is offered by the turns that are going on, however many wait.
    if (this.#served !== undefined) return;
    for (
      let [next] = this.#waiting;
      next !== undefined && this.#taken < this.#max();
      [next] = this.#waiting
    ) {
      this.#waiting.delete(next);
      this.#served = next;
      next();
    }
    this.#served = undefined;
  }
}
