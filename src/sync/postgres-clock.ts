import type { PostgresRunner } from "./postgres-connection.ts";

// Less is what a round trip may take, and does no harm: leases last much longer.
const NOTICED_MS = 1_000;
const MEASURED_FOR_MS = 60_000;

/**
 * How far the database's clock is from this machine's. Leases and due instants are kept by the database's clock: a
 * machine whose clock is minutes ahead must not take what another one is working on.
 */
export class DatabaseClock {
  #aheadMs = 0;
  #measuredAt = Number.NEGATIVE_INFINITY;

  /** Measures again when the last time is a minute ago. */
  async refresh(runner: PostgresRunner): Promise<void> {
    const asked = performance.now();
    if (asked - this.#measuredAt < MEASURED_FOR_MS) return;
    const { rows } = await runner.query(
      "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint::text AS now",
    );
    const tookMs = performance.now() - asked;
    const aheadMs = Number(rows[0]?.["now"]) - (Date.now() - tookMs / 2);
    this.#aheadMs = Math.abs(aheadMs) < NOTICED_MS + tookMs ? 0 : Math.round(aheadMs);
    this.#measuredAt = asked;
  }

  /** This machine's clock was set: the next `refresh` measures again. */
  forget(): void {
    this.#measuredAt = Number.NEGATIVE_INFINITY;
  }

  /** This machine's instant as the database would show it, in ISO text. */
  toDatabase(instant: Date, laterMs = 0): string {
    return new Date(instant.getTime() + laterMs + this.#aheadMs).toISOString();
  }

  /** What the database's clock shows, about, in milliseconds. */
  databaseNow(): number {
    return Date.now() + this.#aheadMs;
  }

  /** An instant of the database's, in milliseconds, by this machine's clock. */
  toMachine(milliseconds: unknown): Date {
    return new Date(Number(milliseconds) - this.#aheadMs);
  }
}
