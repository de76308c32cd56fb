import { plateNumbersOf } from "./plate-index.ts";
import { endOf, type PermitNow } from "./postgres-changes.ts";
import type { DatabaseClock } from "./postgres-clock.ts";
import type { PostgresRunner } from "./postgres-connection.ts";
import { toPermit } from "./postgres-permits.ts";

/** Another transaction made a permit of ours between our look and our write: look again. */
export class MadeMeanwhile extends Error {
  // As PostgreSQL says it, so that a transaction of ours is begun again.
  readonly code = "40001";
}

/** Reads permits and keeps others from changing them until the transaction ends; in one order, so that none deadlock. */
export async function lockPermits(
  runner: PostgresRunner,
  schema: string,
  permitIds: readonly string[],
): Promise<Map<string, PermitNow>> {
  const { rows } = await runner.query(
    `SELECT permit_id, state, revision::text AS revision, company_id, permit::text AS permit
       FROM ${schema}.permits WHERE permit_id = ANY($1::text[]) ORDER BY permit_id FOR UPDATE`,
    [permitIds],
  );
  return new Map(rows.map((row) => [String(row["permit_id"]), toPermitNow(row)]));
}

function toPermitNow(row: Record<string, unknown>): PermitNow {
  const text = row["permit"];
  return {
    state: row["state"] as PermitNow["state"],
    revision: Number(row["revision"]),
    companyId: String(row["company_id"]),
    permit: typeof text === "string" ? toPermit(text) : undefined,
  };
}

const CHANGES = `c AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS c (permit_id text, company_id text, revision bigint, state text,
    permit text, ends_at timestamptz, changed_at timestamptz, due_at timestamptz, known boolean, providers json))`;

function statementOf(schema: string, deliveries: string): string {
  return `
WITH ${CHANGES},
made AS (
  INSERT INTO ${schema}.permits (permit_id, company_id, revision, state, permit, ends_at, changed_at)
  SELECT permit_id, company_id, revision, state, permit, ends_at, changed_at FROM c WHERE NOT known ORDER BY permit_id
  ON CONFLICT DO NOTHING RETURNING permit_id),
changed AS (
  UPDATE ${schema}.permits p
     SET company_id = c.company_id, revision = c.revision, state = c.state, permit = coalesce(c.permit, p.permit),
         ends_at = c.ends_at, changed_at = c.changed_at
    FROM c WHERE c.known AND p.permit_id = c.permit_id),
unlisted AS (
  DELETE FROM ${schema}.permit_plates p
   USING json_to_recordset($2::json) AS g (company_id text, plate_number text, permit_id text)
   WHERE p.company_id = g.company_id AND p.plate_number = g.plate_number AND p.permit_id = g.permit_id),
listed AS (
  INSERT INTO ${schema}.permit_plates (company_id, plate_number, permit_id)
  SELECT company_id, plate_number, permit_id
    FROM json_to_recordset($3::json) AS n (company_id text, plate_number text, permit_id text)
  ON CONFLICT DO NOTHING),
${deliveries}
SELECT (SELECT count(*) FROM made)::text AS made,
       (SELECT json_agg(DISTINCT provider_id) FROM (SELECT provider_id FROM due UNION ALL SELECT provider_id FROM added) x)::text AS provider_ids`;
}

/** Makes deliveries due at once, in a transaction of ours that is over soon. */
function dueAtOnce(schema: string): string {
  return `
present AS (
  SELECT d.permit_id, d.provider_id, c.company_id, c.due_at
    FROM ${schema}.deliveries d JOIN c ON c.known AND c.permit_id = d.permit_id
   ORDER BY d.permit_id, d.provider_id FOR UPDATE OF d),
due AS (
  UPDATE ${schema}.deliveries d SET company_id = p.company_id, ${dueFrom("p.due_at")}
    FROM present p WHERE d.permit_id = p.permit_id AND d.provider_id = p.provider_id
  RETURNING d.permit_id, d.provider_id),
added AS (
  INSERT INTO ${schema}.deliveries AS d (permit_id, provider_id, company_id, due_at, due_since)
  SELECT c.permit_id, w.provider_id, c.company_id, c.due_at, c.due_at
    FROM c CROSS JOIN json_array_elements_text(c.providers) AS w (provider_id)
   WHERE NOT EXISTS (SELECT FROM present p WHERE p.permit_id = c.permit_id AND p.provider_id = w.provider_id)
   ORDER BY c.permit_id, w.provider_id
  ON CONFLICT (permit_id, provider_id) DO UPDATE SET company_id = excluded.company_id, ${dueFrom("excluded.due_at")}
  RETURNING d.provider_id)`;
}

/** Leaves marks where there are deliveries already: a transaction of the host's may stay open long. */
function dueByMarks(schema: string): string {
  return `
due AS (
  INSERT INTO ${schema}.due_marks (permit_id, provider_id, due_at)
  SELECT c.permit_id, d.provider_id, c.due_at FROM c JOIN ${schema}.deliveries d ON c.known AND d.permit_id = c.permit_id
   UNION
  SELECT c.permit_id, w.provider_id, c.due_at
    FROM c CROSS JOIN json_array_elements_text(c.providers) AS w (provider_id) WHERE c.known
  RETURNING provider_id),
added AS (
  INSERT INTO ${schema}.deliveries (permit_id, provider_id, company_id, due_at, due_since)
  SELECT c.permit_id, w.provider_id, c.company_id, c.due_at, c.due_at
    FROM c CROSS JOIN json_array_elements_text(c.providers) AS w (provider_id) WHERE NOT c.known
  ON CONFLICT DO NOTHING RETURNING provider_id)`;
}

/** What a change does to a delivery `d`: whoever works on it finds that out when it is given back. */
export function dueFrom(at: string): string {
  return `
    due_at = least(d.due_at, ${at}),
    changed_due = CASE WHEN d.lease_until IS NULL THEN NULL ELSE least(d.changed_due, ${at}) END,
    due_since = least(d.due_since, ${at})`;
}

/**
 * Writes permits that changes touched and makes their deliveries due, in one statement.
 *
 * @returns the providers that have something to do now
 */
export async function writePermits(
  runner: PostgresRunner,
  touched: readonly { id: string; before: PermitNow | undefined; now: PermitNow }[],
  { schema, clock, byMarks }: { schema: string; clock: DatabaseClock; byMarks: boolean },
): Promise<string[]> {
  const rows = touched.map(({ id, before, now }) => toRow(id, { before, now, clock }));
  const unlisted = touched.flatMap(({ id, before, now }) =>
    platesOf(id, before).filter(isMissingIn(id, now)),
  );
  const listed = touched.flatMap(({ id, before, now }) => platesOf(id, now).filter(isMissingIn(id, before)));
  const values = [rows, unlisted, listed].map((list) => JSON.stringify(list));
  const deliveries = byMarks ? dueByMarks(schema) : dueAtOnce(schema);
  const result = await runner.query(statementOf(schema, deliveries), values);
  const [row] = result.rows;
  if (Number(row?.["made"]) < rows.filter(({ known }) => !known).length) {
    throw new MadeMeanwhile("A permit was made meanwhile.");
  }
  return typeof row?.["provider_ids"] === "string" ? JSON.parse(row["provider_ids"]) : [];
}

function toRow(
  id: string,
  { before, now, clock }: { before: PermitNow | undefined; now: PermitNow; clock: DatabaseClock },
) {
  const { at, providerIds } = now.recorded as NonNullable<PermitNow["recorded"]>;
  return {
    ...{ permit_id: id, company_id: now.companyId, revision: now.revision, state: now.state },
    ...(now.permit === before?.permit ? {} : { permit: JSON.stringify(now.permit) }),
    ...{ ends_at: endOf(now, at), changed_at: at, due_at: clock.toDatabase(at) },
    ...{ known: before !== undefined, providers: [...providerIds] },
  };
}

interface ListedPlate {
  readonly company_id: string;
  readonly plate_number: string;
  readonly permit_id: string;
}

/** Lookups find permits that are not withdrawn. */
function platesOf(permitId: string, now: PermitNow | undefined): ListedPlate[] {
  if (now?.permit === undefined || now.state !== "active") return [];
  return [...plateNumbersOf(now.permit)].map((number) => ({
    ...{ company_id: now.companyId, plate_number: number, permit_id: permitId },
  }));
}

function isMissingIn(permitId: string, other: PermitNow | undefined): (plate: ListedPlate) => boolean {
  const present = new Set(
    platesOf(permitId, other).map((plate) => `${plate.company_id}\0${plate.plate_number}`),
  );
  return (plate) => !present.has(`${plate.company_id}\0${plate.plate_number}`);
}
