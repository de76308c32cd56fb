import type { ClockMemory, Ledger } from "../ledger/ledger.ts";
import { type PostgresPool, query } from "./connect/connection.ts";
import { readInstant } from "./rows.ts";

/**
 * The current instant in every statement: one instant, however long the statement waits for rows, so that it can use an
 * index.
 */
export const NOW = "statement_timestamp()";

/** {@link NOW} as a column that {@link DatabaseClock.ask} reads. */
export const READ_NOW = `(extract(epoch FROM ${NOW}) * 1000)::text`;

/**
 * The database's clock as this process knows it. Sync decides and dates by it, not by the machines' clocks. It is the
 * database's last answer plus the time passed since, by a clock that is never set. It is never ahead of the database's
 * clock; it is behind by as much as the answer took.
 */
export class DatabaseClock {
  /** How far the database's clock is ahead of the monotonic one, in milliseconds, at least. */
  #aheadMs: number | undefined;
  readonly #monotonic: () => number;

  constructor(monotonic: () => number = () => performance.now()) {
    this.#monotonic = monotonic;
  }

  /** Undefined until the database has answered. */
  now(): Date | undefined {
    return this.#aheadMs === undefined ? undefined : new Date(this.#aheadMs + this.#monotonic());
  }

  /** Begins a reading of the database's clock. The returned function takes the answer. */
  ask(): (shown: unknown) => void {
    const asked = this.#monotonic();
    return (shown) => {
      const [most, least] = [Number(shown) - asked, Number(shown) - this.#monotonic()];
      const known = this.#aheadMs;
      // The quickest answer is the most exact. A value above the possible range is from before the database's clock was
      // set back.
      if (known === undefined || known < least || known > most) this.#aheadMs = least;
    };
  }
}

/** Reads what the database remembers of its clock. */
export async function readClock({
  pool,
  schema,
}: {
  pool: PostgresPool;
  schema: string;
}): Promise<ClockMemory> {
  const text = `
    SELECT ${readInstant("latest")} AS latest, ${readInstant("steady_at")} AS steady_at, leapt_by::text AS leapt_by
      FROM ${schema}.clock`;
  const { rows } = await query(pool, "open", [text]);
  const [row] = rows;
  const toDate = (value: unknown) => (typeof value === "string" ? new Date(Number(value)) : null);
  const steadyAt = toDate(row?.["steady_at"]);
  return {
    latest: toDate(row?.["latest"]),
    leap: steadyAt === null ? null : { steadyAt, byMs: Number(row?.["leapt_by"]) },
  };
}

export async function noteClock(
  { latest = null, leap }: Parameters<Ledger["noteClock"]>[0],
  isSettled: boolean,
  { pool, schema }: { pool: PostgresPool; schema: string },
): Promise<void> {
  const text = `
    UPDATE ${schema}.clock
       SET latest = CASE WHEN $1::timestamptz IS NULL THEN latest WHEN $2::boolean THEN $1 ELSE greatest(latest, $1) END,
           steady_at = CASE WHEN $3::boolean THEN $4::timestamptz ELSE steady_at END,
           leapt_by = CASE WHEN $3::boolean THEN $5::bigint ELSE leapt_by END`;
  const values = [
    latest?.toISOString() ?? null,
    isSettled,
    leap !== undefined,
    leap?.steadyAt.toISOString() ?? null,
    leap === undefined || leap === null ? null : Math.round(leap.byMs),
  ];
  await query(pool, "save", [text, values]);
}
