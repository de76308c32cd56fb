import { plateNumbersOf } from "../../../core/permit/plate-index.ts";
import { Columns } from "../columns.ts";
import type { PostgresRunner } from "../connect/connection.ts";
import { toPermit } from "../rows.ts";
import { isSameDelivery, short } from "../schema.ts";
import { endOf, type PermitNow } from "./judge-changes.ts";

/** Another transaction created the same permit after it was looked up here: the call starts again. */
export class MadeMeanwhile extends Error {
  // PostgreSQL's code for a serialisation failure, which makes `inTransaction` start again.
  readonly code = "40001";
}

/** Reads permits and locks them until the transaction ends, in one order, so that transactions do not deadlock. */
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
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::timestamptz[],
                       $7::timestamptz[], $8::timestamptz[], $9::boolean[])
    AS c (permit_id, company_id, revision, state, permit, ends_at, changed_at, due_at, known)),
w AS MATERIALIZED (
  SELECT permit_id, w.provider_id, c.company_id, c.due_at, c.changed_at AS due_since, c.known
    FROM unnest($10::text[], $11::text[]) AS w (permit_id, provider_id) JOIN c USING (permit_id))`;

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
   USING unnest($12::text[], $13::text[], $14::text[]) AS g (company_id, plate_number, permit_id)
   WHERE ${short("p.company_id")} = ${short("g.company_id")} AND p.company_id = g.company_id AND p.plate_number = g.plate_number AND p.permit_id = g.permit_id),
listed AS (
  INSERT INTO ${schema}.permit_plates (company_id, plate_number, permit_id)
  SELECT company_id, plate_number, permit_id
    FROM unnest($15::text[], $16::text[], $17::text[]) AS n (company_id, plate_number, permit_id)
  ON CONFLICT DO NOTHING),
${deliveries}
SELECT (SELECT count(*) FROM made)::text AS made,
       (SELECT json_agg(DISTINCT provider_id) FROM (SELECT provider_id FROM due UNION ALL SELECT provider_id FROM added) x)::text AS provider_ids`;
}

/**
 * Makes deliveries due directly, in a transaction of the ledger's own, which ends soon. They are looked up permit by
 * permit, because a join would read the whole table where it was never analysed.
 */
function dueAtOnce(schema: string): string {
  return `
present AS (
  SELECT d.permit_id, d.provider_id, c.company_id, c.due_at, c.changed_at AS due_since
    FROM (SELECT * FROM c WHERE known ORDER BY permit_id) AS c
   CROSS JOIN LATERAL (
     SELECT permit_id, provider_id FROM ${schema}.deliveries WHERE permit_id = c.permit_id ORDER BY provider_id FOR UPDATE) AS d),
due AS (
  UPDATE ${schema}.deliveries d SET company_id = p.company_id, ${dueFrom("p.due_since", "p.due_at")}
    FROM present p WHERE ${isSameDelivery("d", "p")}
  RETURNING d.permit_id, d.provider_id),
added AS (
  INSERT INTO ${schema}.deliveries AS d (permit_id, provider_id, company_id, due_at, due_since)
  SELECT w.permit_id, w.provider_id, w.company_id, w.due_at, w.due_since FROM w
   WHERE NOT EXISTS (SELECT FROM present p WHERE p.permit_id = w.permit_id AND p.provider_id = w.provider_id)
   ORDER BY w.permit_id, w.provider_id
  ON CONFLICT (permit_id, ${short("provider_id")}) DO UPDATE SET company_id = excluded.company_id, ${dueFrom("excluded.due_since", "excluded.due_at")}
  RETURNING d.provider_id)`;
}

/** Leaves marks for existing deliveries, because a host's transaction may stay open long. */
function dueByMarks(schema: string): string {
  return `
due AS (
  INSERT INTO ${schema}.due_marks (permit_id, provider_id, due_at, due_since)
  SELECT c.permit_id, d.provider_id, c.due_at, c.changed_at FROM c JOIN ${schema}.deliveries d ON c.known AND d.permit_id = c.permit_id
   UNION
  SELECT w.permit_id, w.provider_id, w.due_at, w.due_since FROM w WHERE w.known
  RETURNING provider_id),
added AS (
  INSERT INTO ${schema}.deliveries (permit_id, provider_id, company_id, due_at, due_since)
  SELECT w.permit_id, w.provider_id, w.company_id, w.due_at, w.due_since FROM w WHERE NOT w.known
  ON CONFLICT DO NOTHING RETURNING provider_id)`;
}

/**
 * The effect of a change at `at` on delivery `d`, which gets the given place in line. A claim learns of it when the delivery
 * is released.
 */
export function dueFrom(at: string, place = at): string {
  return `
    due_at = least(d.due_at, ${place}),
    changed_due = CASE WHEN d.lease_until IS NULL THEN NULL ELSE least(d.changed_due, ${place}) END,
    changed_since = CASE WHEN d.lease_until IS NULL THEN NULL ELSE least(d.changed_since, ${at}) END,
    due_since = least(d.due_since, ${at})`;
}

/**
 * Writes the changed permits and makes their deliveries due, in one statement.
 *
 * @returns the providers with due deliveries
 */
export async function writePermits(
  runner: PostgresRunner,
  touched: readonly { id: string; before: PermitNow | undefined; now: PermitNow }[],
  { schema, byMarks }: { schema: string; byMarks: boolean },
): Promise<string[]> {
  const [changes, wanted, unlisted, listed] = [9, 2, 3, 3].map((width) => new Columns(width)) as FourColumns;
  let unknown = 0;
  for (const { id, before, now } of touched) {
    const { at, place, providerIds } = now.recorded as NonNullable<PermitNow["recorded"]>;
    if (before === undefined) unknown += 1;
    changes.add([
      id,
      now.companyId,
      now.revision,
      now.state,
      now.permit === before?.permit ? null : JSON.stringify(now.permit),
      endOf(now, at)?.toISOString() ?? null,
      at.toISOString(),
      new Date(place).toISOString(),
      before !== undefined,
    ]);
    for (const providerId of providerIds) wanted.add([id, providerId]);
    for (const plate of platesOf(id, before).filter(isMissingIn(id, now))) unlisted.add(plate);
    for (const plate of platesOf(id, now).filter(isMissingIn(id, before))) listed.add(plate);
  }
  const values = [changes, wanted, unlisted, listed].flatMap(({ parameters }) => parameters);
  const deliveries = byMarks ? dueByMarks(schema) : dueAtOnce(schema);
  const result = await runner.query(statementOf(schema, deliveries), values);
  const [row] = result.rows;
  if (Number(row?.["made"]) < unknown) {
    throw new MadeMeanwhile("A permit was made meanwhile.");
  }
  return typeof row?.["provider_ids"] === "string" ? JSON.parse(row["provider_ids"]) : [];
}

type FourColumns = [Columns, Columns, Columns, Columns];

type ListedPlate = readonly [companyId: string, plateNumber: string, permitId: string];

/** The entries of a permit in the plate index, which holds active permits only. */
function platesOf(permitId: string, now: PermitNow | undefined): ListedPlate[] {
  if (now?.permit === undefined || now.state !== "active") return [];
  return [...plateNumbersOf(now.permit)].map((number) => [now.companyId, number, permitId]);
}

function isMissingIn(permitId: string, other: PermitNow | undefined): (plate: ListedPlate) => boolean {
  if (other === undefined) return () => true;
  const present = new Set(platesOf(permitId, other).map(([companyId, number]) => `${companyId}\0${number}`));
  return ([companyId, number]) => !present.has(`${companyId}\0${number}`);
}
