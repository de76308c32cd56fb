import type { ClockMemory, Ledger } from "../ledger/ledger.ts";
import { query } from "./connect/connection.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { readInstant } from "./rows.ts";

/** Reads what the database remembers of its clock. */
export async function readClock({
  pool,
  schema,
}: Pick<PostgresDependencies, "pool" | "schema">): Promise<ClockMemory> {
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
  { pool, schema }: Pick<PostgresDependencies, "pool" | "schema">,
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
