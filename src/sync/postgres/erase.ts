import { plateNumbersOf } from "../../core/permit/plate-index.ts";
import { encodeDelivery } from "../ledger/delivery-document.ts";
import { eraseDelivery } from "../ledger/delivery-facts.ts";
import { inTransaction, type PostgresClient, query } from "./connect/connection.ts";
import { NOW } from "./database-clock.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { listedTargetsOf, toDelivery, toPermit } from "./rows.ts";
import { isSameDelivery, short } from "./schema.ts";

const PERMITS_PER_SLICE = 200;

/** Erases personal data in permits that are over or forgotten, slice by slice. Returns the number of erased permits. */
export async function erasePermits(
  { endedBefore, now, limit }: { endedBefore: Date; now: Date; limit: number },
  parts: PostgresDependencies,
): Promise<number> {
  // Usually there is nothing to erase, and this query costs less than a transaction.
  const look = `SELECT EXISTS (SELECT FROM ${parts.schema}.permits p WHERE ${isErasable(parts.schema)})::text AS found`;
  const { rows } = await query(parts.pool, "erase", [look, instantsOf({ endedBefore, now })]);
  if (rows[0]?.["found"] !== "true") return 0;
  let erased = 0;
  while (erased < limit) {
    const most = Math.min(PERMITS_PER_SLICE, limit - erased);
    const count = await inTransaction(parts.pool, { operation: "erase" }, (client) =>
      eraseSlice(client, { endedBefore, now, most }, parts),
    );
    erased += count;
    if (count < most) break;
  }
  return erased;
}

/** The condition under which permit `p` may be erased. Its parameters are {@link instantsOf}. */
function isErasable(schema: string): string {
  return `p.permit IS NOT NULL AND (p.ends_at < $1::timestamptz OR p.state = 'forgotten') AND NOT EXISTS (
    SELECT FROM ${schema}.deliveries d WHERE d.permit_id = p.permit_id
       AND (d.live_until > $2::timestamptz OR d.lease_until > ${NOW}))`;
}

function instantsOf({ endedBefore, now }: { endedBefore: Date; now: Date }): string[] {
  return [endedBefore.toISOString(), now.toISOString()];
}

async function eraseSlice(
  client: PostgresClient,
  { endedBefore, now, most }: { endedBefore: Date; now: Date; most: number },
  parts: PostgresDependencies,
): Promise<number> {
  const { schema } = parts;
  // Permits that another transaction is changing are left for the next run.
  const found = await client.query(
    `SELECT p.permit_id, p.company_id, p.permit::text AS permit FROM ${schema}.permits p
      WHERE ${isErasable(schema)} LIMIT $3 FOR UPDATE OF p SKIP LOCKED`,
    [...instantsOf({ endedBefore, now }), most],
  );
  const candidates = found.rows.map((row) => String(row["permit_id"]));
  if (candidates.length === 0) return 0;
  const locked = await client.query(
    `SELECT permit_id, provider_id, delivery::text AS delivery,
            (coalesce(live_until > $2::timestamptz, false) OR coalesce(lease_until > ${NOW}, false))::text AS busy
       FROM ${schema}.deliveries WHERE permit_id = ANY($1::text[]) ORDER BY permit_id, provider_id FOR UPDATE`,
    [candidates, now.toISOString()],
  );
  // Another process may have claimed a delivery between the two statements.
  const busy = new Set(locked.rows.filter((row) => row["busy"] === "true").map((row) => row["permit_id"]));
  const permitIds = candidates.filter((permitId) => !busy.has(permitId));
  const rows = locked.rows.filter((row) => !busy.has(row["permit_id"])).map(toErased);
  const plates = found.rows.filter((row) => !busy.has(row["permit_id"])).flatMap(toListedPlates);
  await client.query(eraseStatement(schema), [permitIds, JSON.stringify(rows), JSON.stringify(plates)]);
  return permitIds.length;
}

function toListedPlates({ permit_id, company_id, permit }: Record<string, unknown>) {
  const numbers = plateNumbersOf(toPermit(String(permit)));
  return [...numbers].map((plate_number) => ({ company_id, plate_number, permit_id }));
}

function toErased(row: Record<string, unknown>) {
  const id = { permitId: String(row["permit_id"]), providerId: String(row["provider_id"]) };
  const delivery = toDelivery(row["delivery"], id);
  return {
    permit_id: id.permitId,
    provider_id: id.providerId,
    targets: [...listedTargetsOf(delivery)],
    delivery: encodeDelivery(eraseDelivery(delivery), id),
  };
}

function eraseStatement(schema: string): string {
  return `
WITH unlisted AS (
  DELETE FROM ${schema}.permit_plates p
   USING json_to_recordset($3::json) AS g (company_id text, plate_number text, permit_id text)
   WHERE ${short("p.company_id")} = ${short("g.company_id")} AND p.company_id = g.company_id AND p.plate_number = g.plate_number AND p.permit_id = g.permit_id),
targets AS (
  DELETE FROM ${schema}.delivery_targets t
   USING json_to_recordset($2::json) AS e (permit_id text, provider_id text, targets json)
         CROSS JOIN json_array_elements_text(e.targets) AS o (target)
   WHERE ${short("t.provider_id")} = ${short("e.provider_id")} AND ${short("t.target")} = ${short("o.target")}
     AND t.provider_id = e.provider_id AND t.target = o.target AND t.permit_id = e.permit_id),
deliveries AS (
  UPDATE ${schema}.deliveries d
     SET delivery = e.delivery, due_at = NULL, due_since = NULL, changed_due = NULL, changed_since = NULL, lease_until = NULL,
         claimed_early = false, version = d.version + 1, live_until = NULL, failed = 0, failed_at = NULL, unmapped = 0
    FROM json_to_recordset($2::json) AS e (permit_id text, provider_id text, delivery text)
   WHERE ${isSameDelivery("d", "e")})
UPDATE ${schema}.permits
   SET permit = NULL, state = CASE state WHEN 'active' THEN 'erased' ELSE 'erased_revoked' END
 WHERE permit_id = ANY($1::text[])`;
}
