import { type FindPermits, markChecked } from "../../core/lookup/find-permits.ts";
import { targetsOf } from "../ledger/delivery-facts.ts";
import type { DeliveryCounts, KnownState, PermitRecord, StoredPermit } from "../ledger/ledger.ts";
import { type DeliveryTimes, toPermitRecord } from "../ledger/permit-record.ts";
import { query } from "./connect/connection.ts";
import { NOW } from "./database-clock.ts";
import { readOutages, readReadBacks } from "./provider-notes.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { readInstant, toDelivery, toInstant, toPermit, toStoredPermit } from "./rows.ts";
import { IS_WAITING, short } from "./schema.ts";

/** Answers lookups from the plate index. */
export function createFindPermits(parts: () => PostgresDependencies): FindPermits {
  return markChecked(async ({ companyId, plateNumbers }) => {
    const { pool, schema } = parts();
    const text = `
      SELECT permit::text AS permit FROM ${schema}.permits
       WHERE permit_id IN (SELECT permit_id FROM ${schema}.permit_plates
                            WHERE ${short("company_id")} = ${short("$1")} AND plate_number = ANY($2::text[]))
         AND company_id = $1 AND state = 'active' AND permit IS NOT NULL`;
    const { rows } = await query(pool, "findPermits", [text, [companyId, plateNumbers]]);
    return rows.map((row) => toPermit(String(row["permit"])));
  });
}

export async function getPermit(
  permitId: string,
  { pool, schema }: PostgresDependencies,
): Promise<StoredPermit | undefined> {
  const text = `
    SELECT state, permit::text AS permit, ${readInstant("changed_at")} AS changed_at
      FROM ${schema}.permits WHERE permit_id = $1`;
  const { rows } = await query(pool, "getPermit", [text, [permitId]]);
  return toStoredPermit(rows[0]);
}

export async function readRecord(
  permitId: string,
  { pool, schema }: PostgresDependencies,
): Promise<PermitRecord | undefined> {
  // One statement: two might see the permit before a change and its deliveries after it.
  const text = `
    SELECT p.company_id, revision::text AS revision, state, permit::text AS permit,
           ${readInstant("changed_at")} AS changed_at, provider_id, delivery::text AS delivery,
           ${readInstant("due_at")} AS due_at, ${readInstant("due_since")} AS due_since
      FROM ${schema}.permits p LEFT JOIN ${schema}.deliveries d USING (permit_id) WHERE permit_id = $1`;
  const { rows } = await query(pool, "readRecord", [text, [permitId]]);
  const [first] = rows;
  if (first === undefined) return undefined;
  const content = first["permit"];
  const deliveries: DeliveryTimes[] = [];
  const outages = await readOutages(
    rows.flatMap(({ provider_id: providerId }) => (providerId === null ? [] : [String(providerId)])),
    { pool, schema },
  );
  for (const row of rows) {
    if (row["provider_id"] === null) continue;
    const providerId = String(row["provider_id"]);
    const delivery = toDelivery(row["delivery"], { providerId, permitId });
    deliveries.push({
      providerId,
      delivery,
      dueAt: toTime(row["due_at"]),
      dueSince: toTime(row["due_since"]),
      outages: outages.get(providerId) ?? [],
      readBacks: await readReadBacks({ providerId }, targetsOf(delivery), { pool, schema }),
    });
  }
  return toPermitRecord(
    {
      permitId,
      companyId: String(first["company_id"]),
      revision: Number(first["revision"]),
      state: first["state"] as KnownState,
      permit: typeof content === "string" ? toPermit(content) : undefined,
      changedAt: toInstant(first["changed_at"]),
    },
    deliveries,
  );
}

function toTime(column: unknown): number | null {
  return column === null ? null : Number(column);
}

export async function countDeliveries(
  providerIds: readonly string[],
  now: Date,
  {
    parts: { pool, schema },
    latestClaimOf,
  }: { parts: PostgresDependencies; latestClaimOf: (providerId: string) => string | undefined },
): Promise<ReadonlyMap<string, DeliveryCounts>> {
  // Each part reads the index of just what it counts. The last part finds rows only after the clock went back:
  // deliveries that were claimed when due, and are now due later, are in no index of waiting ones.
  const deliveries = `FROM ${schema}.deliveries WHERE provider_id = asked.id`;
  const text = `
    SELECT asked.id, counts.*
      FROM unnest($1::text[], $3::timestamptz[]) AS asked (id, latest_claim) CROSS JOIN LATERAL (
    SELECT count(*)::text AS pending, ${readInstant("min(since)")} AS oldest,
           (SELECT coalesce(sum(failed), 0) ${deliveries} AND failed > 0)::text AS failed,
           (SELECT count(*) FROM ${schema}.deliveries JOIN ${schema}.permits p USING (permit_id)
             WHERE provider_id = asked.id AND unmapped > 0 AND state = 'active'
               AND coalesce(ends_at > $2::timestamptz, true))::text AS unmapped
      FROM (SELECT CASE WHEN due_since <= $2::timestamptz THEN due_since ELSE claimed_since END AS since
            ${deliveries} AND due_at <= $2::timestamptz
               AND (due_since <= $2::timestamptz OR lease_until > ${NOW})
            UNION ALL
            SELECT CASE WHEN due_since <= $2::timestamptz THEN due_since ELSE claimed_since END
            ${deliveries} AND ${IS_WAITING} AND coalesce(due_at > $2::timestamptz, true)
               AND (due_since <= $2::timestamptz OR lease_until > ${NOW})
            UNION ALL
            SELECT claimed_since ${deliveries} AND due_at > $2::timestamptz AND due_at <= asked.latest_claim
               AND lease_until > ${NOW} AND NOT ${IS_WAITING}) AS pending) AS counts`;
  const latestClaims = providerIds.map((id) => latestClaimOf(id) ?? null);
  const { rows } = await query(pool, "count", [text, [providerIds, now.toISOString(), latestClaims]]);
  return new Map(
    rows.map((row) => {
      const oldest = row["oldest"];
      const counts = {
        pending: Number(row["pending"]),
        oldestDueSince: typeof oldest === "string" ? toInstant(oldest) : null,
        failed: Number(row["failed"]),
        unmapped: Number(row["unmapped"]),
      };
      return [String(row["id"]), counts];
    }),
  );
}
