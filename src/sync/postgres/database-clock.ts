/** What time it is, in every statement: one instant, however long it waits for rows, so that an index can be asked for it. */
export const NOW = "statement_timestamp()";

/** {@link NOW} as a column that {@link DatabaseClock.note} takes. */
export const READ_NOW = `(extract(epoch FROM ${NOW}) * 1000)::text`;

/**
 * The database's clock as this process knows it: by it, and not by the clocks of the machines, the sync over the ledger
 * decides and dates. It is what the database showed last, and the time since by a clock that is never set. It is never
 * ahead of the database's: by as much as an answer took, it is behind.
 */
export class DatabaseClock {
  /** How far the database's clock is ahead of the monotonic one, in milliseconds, at the least. */
  #aheadMs: number | undefined;
  readonly #monotonic: () => number;

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Undefined until the database was asked. */
  now(): Date | undefined {
    return this.#aheadMs === undefined ? undefined : new Date(this.#aheadMs + this.#monotonic());
  }

  /** Begins to ask the database; the function that it gives takes what its clock showed. */
  ask(): (shown: unknown) => void {
    const asked = this.#monotonic();
    return (shown) => {
      const [most, least] = [Number(shown) - asked, Number(shown) - this.#monotonic()];
      const known = this.#aheadMs;
      // The quickest answer says it best. What is more than can be was said before the database's clock was set back.
      if (known === undefined || known < least || known > most) this.#aheadMs = least;
    };
  }
}
