import { SAME_CLOCK_MS } from "../ledger/delivery-facts.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { DueOptions } from "../ledger/ledger.ts";
import { inTransaction, query } from "./connect/connection.ts";
import { NOW, READ_NOW } from "./database-clock.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { dueFrom } from "./record/write-permits.ts";
import { readInstant } from "./rows.ts";
import { isSameDelivery, short } from "./schema.ts";

// The permits that one commit locks while a company is made due.
const PERMITS_AT_ONCE = 1_000;
const MARKS_AT_ONCE = 1_000;

/**
 * Makes due what committed host transactions have marked, and reads the database's clock. Runs before every question of
 * what is due.
 */
export async function applyMarks({
  pool,
  schema,
  clock,
}: Pick<PostgresDependencies, "pool" | "schema" | "clock">): Promise<void> {
  const text = `
    WITH marks AS MATERIALIZED (
      DELETE FROM ${schema}.due_marks WHERE mark_id IN (
        SELECT mark_id FROM ${schema}.due_marks ORDER BY mark_id LIMIT ${MARKS_AT_ONCE} FOR UPDATE SKIP LOCKED)
      RETURNING permit_id, provider_id, due_at, due_since),
    applied AS (
      INSERT INTO ${schema}.deliveries AS d (permit_id, provider_id, company_id, due_at, due_since)
      SELECT m.permit_id, m.provider_id, min(p.company_id), min(m.due_at), min(m.due_since)
        FROM marks m JOIN ${schema}.permits p USING (permit_id)
       GROUP BY m.permit_id, m.provider_id ORDER BY m.permit_id, m.provider_id
      ON CONFLICT (permit_id, ${short("provider_id")}) DO UPDATE SET company_id = excluded.company_id, ${dueFrom("excluded.due_since", "excluded.due_at")})
    SELECT count(*)::text AS count, ${READ_NOW} AS now FROM marks`;
  for (;;) {
    const note = clock.ask();
    const { rows } = await query(pool, "claim", [text]);
    note(rows[0]?.["now"]);
    if (Number(rows[0]?.["count"]) < MARKS_AT_ONCE) return;
  }
}

/**
 * When the next delivery of each of these providers can be claimed, by the database's clock. Of the claimed deliveries, only those due before the first unclaimed one can come earlier.
 */
export async function findNextDue(
  providerIds: readonly string[],
  { pool, schema }: Pick<PostgresDependencies, "pool" | "schema">,
): Promise<ReadonlyMap<string, Date>> {
  const text = `
    SELECT p.provider_id, ${readInstant("least(free.due_at, claimed.due_at)")} AS due_at
      FROM unnest($1::text[]) AS p (provider_id)
      LEFT JOIN LATERAL (
        SELECT due_at FROM ${schema}.deliveries
         WHERE provider_id = p.provider_id AND due_at IS NOT NULL AND lease_until IS NULL
         ORDER BY due_at LIMIT 1) AS free ON true
      CROSS JOIN LATERAL (
        SELECT min(greatest(due_at, lease_until)) AS due_at FROM ${schema}.deliveries
         WHERE provider_id = p.provider_id AND due_at <= coalesce(free.due_at, 'infinity') AND lease_until IS NOT NULL) AS claimed`;
  const { rows } = await query(pool, "findNextDue", [text, [providerIds]]);
  const found = rows.flatMap(({ provider_id: providerId, due_at: dueAt }) =>
    typeof dueAt === "string" ? [[String(providerId), new Date(Number(dueAt))] as const] : [],
  );
  return new Map(found);
}

// The rows that one statement reads, in some tens of milliseconds.
const ROWS_AT_ONCE = 5_000;

/**
 * Makes due what waits for an instant of a clock that was set back, what was decided later than `now`, and what is
 * claimed, because it may still be saved with such a decision. No lease ends later than one that begins now. It works
 * in steps, so that no statement takes long, whatever the backlog. The instant of the last decision is found by a
 * pattern: in a document, it stands between the highest generation and the unmapped locations.
 */
export async function rewindDeliveries(
  { providerId, latest, now }: { providerId: string; latest: Date; now: Date },
  { pool, schema }: Pick<PostgresDependencies, "pool" | "schema">,
): Promise<void> {
  const leaseEnd = `${NOW} + interval '${LEASE_MS} milliseconds'`;
  const text = `
    WITH page AS MATERIALIZED (
      SELECT permit_id, delivery, lease_until, due_at, due_since FROM ${schema}.deliveries
       WHERE provider_id = $1 AND permit_id > $2 ORDER BY permit_id LIMIT ${ROWS_AT_ONCE}),
    found AS MATERIALIZED (
      SELECT d.permit_id FROM ${schema}.deliveries d JOIN page USING (permit_id)
       WHERE d.provider_id = $1 AND ${short("d.provider_id")} = ${short("$1")}
         AND (page.lease_until IS NOT NULL
           OR (page.due_at > $3::timestamptz AND (page.due_at > page.due_since OR page.due_since <= $4::timestamptz))
           OR (page.due_at < page.due_since AND page.due_since > $3::timestamptz)
           OR substring(page.delivery FROM ',-?[0-9]+,"([0-9T:.-]+Z)",\\[') > $5)
       ORDER BY permit_id FOR UPDATE OF d),
    due AS (
      UPDATE ${schema}.deliveries d
         SET ${dueFrom("$3::timestamptz")},
             lease_until = CASE WHEN d.lease_until > ${leaseEnd} THEN ${leaseEnd} ELSE d.lease_until END
        FROM found WHERE d.provider_id = $1 AND ${short("d.provider_id")} = ${short("$1")} AND d.permit_id = found.permit_id)
    SELECT max(permit_id) AS last FROM page`;
  const instants = [now, latest, new Date(now.getTime() + SAME_CLOCK_MS)].map((at) => at.toISOString());
  for (let after: unknown = ""; typeof after === "string"; ) {
    const { rows } = await query(pool, "rewind", [text, [providerId, after, ...instants]]);
    after = rows[0]?.["last"];
  }
}

/**
 * Makes a company's deliveries due in slices, each with a commit of its own, so that a company with a million permits
 * does not block other deliveries. After a failure the remaining slices are not due: call it again.
 */
export async function makeCompanyDue(
  { companyId, providerIds, at }: { companyId: string; providerIds: readonly string[]; at: Date },
  { onDue, ...parts }: PostgresDependencies & DueOptions,
): Promise<number> {
  let [count, after]: [number, string | null] = [0, ""];
  while (after !== null) {
    const slice: { count: number; due: readonly string[]; last: string | null } = await inTransaction(
      parts.pool,
      { operation: "makeDue" },
      async (client) => {
        const values = [companyId, after, providerIds, at.toISOString()];
        const { rows } = await client.query(sliceStatement(parts.schema), values);
        const [row] = rows;
        const found = row?.["provider_ids"];
        const due: string[] = typeof found === "string" ? JSON.parse(found) : [];
        await parts.wakes.announce(due, client, { isKnownHere: onDue !== undefined });
        const last = row?.["last"];
        return { count: Number(row?.["count"]), due, last: typeof last === "string" ? last : null };
      },
    );
    count += slice.count;
    for (const providerId of slice.due) onDue?.(providerId);
    after = slice.last;
  }
  return count;
}

function sliceStatement(schema: string): string {
  return `
WITH p AS MATERIALIZED (
  SELECT permit_id, company_id, state = 'active' AND coalesce(ends_at > $4::timestamptz, true) AS wanted, permit IS NULL AS erased
    FROM ${schema}.permits
   WHERE ${short("company_id")} = ${short("$1")} AND company_id = $1 AND permit_id > $2 ORDER BY permit_id LIMIT ${PERMITS_AT_ONCE}),
present AS (
  SELECT d.permit_id, d.provider_id FROM (SELECT permit_id FROM p WHERE NOT erased ORDER BY permit_id) AS p
   CROSS JOIN LATERAL (
     SELECT permit_id, provider_id FROM ${schema}.deliveries WHERE permit_id = p.permit_id ORDER BY provider_id FOR UPDATE) AS d),
due AS (
  UPDATE ${schema}.deliveries d SET ${dueFrom("$4::timestamptz")}
    FROM present WHERE ${isSameDelivery("d", "present")}
  RETURNING d.provider_id),
added AS (
  INSERT INTO ${schema}.deliveries AS d (permit_id, provider_id, company_id, due_at, due_since)
  SELECT p.permit_id, w.provider_id, p.company_id, $4::timestamptz, $4::timestamptz
    FROM p CROSS JOIN (SELECT DISTINCT unnest($3::text[])) AS w (provider_id)
   WHERE p.wanted AND NOT p.erased
     AND NOT EXISTS (SELECT FROM present WHERE present.permit_id = p.permit_id AND present.provider_id = w.provider_id)
   ORDER BY p.permit_id, w.provider_id
  ON CONFLICT (permit_id, ${short("provider_id")}) DO UPDATE SET ${dueFrom("excluded.due_at")}
  RETURNING d.provider_id)
SELECT ((SELECT count(*) FROM due) + (SELECT count(*) FROM added))::text AS count,
       (SELECT json_agg(DISTINCT provider_id) FROM (SELECT provider_id FROM due UNION ALL SELECT provider_id FROM added) x)::text AS provider_ids,
       (SELECT max(permit_id) FROM p HAVING count(*) = ${PERMITS_AT_ONCE}) AS last`;
}
