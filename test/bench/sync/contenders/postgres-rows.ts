import type { PermitInput } from "@offstreet/enforcement";
import type pg from "pg";
import { readPermit } from "../../../../src/core/permit/permit.ts";
import { encodeDelivery } from "../../../../src/sync/ledger/delivery-document.ts";
import { COMPANY_ID, PROVIDER_ID } from "../world.ts";
import type { SessionByHand } from "./by-hand.ts";

/** Writes what the ledger has of permits that were delivered: the same rows, one statement for each table. */
export async function writeDelivered(
  pool: pg.Pool,
  schema: string,
  delivered: { permits: readonly PermitInput[]; sessions: readonly SessionByHand[]; at: string },
): Promise<void> {
  const rows = JSON.stringify(toRows(delivered));
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    for (const insert of INSERTS) await client.query(insert(schema), [rows]);
    await client.query("COMMIT");
  } catch (thrown) {
    await client.query("ROLLBACK");
    throw thrown;
  } finally {
    client.release();
  }
}

const FROM = `FROM json_to_recordset($1::json) AS r (permit_id text, permit text, ends_at timestamptz,
  at timestamptz, number text, delivery text, target text)`;

const INSERTS: ReadonlyArray<(schema: string) => string> = [
  (
    schema,
  ) => `INSERT INTO ${schema}.permits (permit_id, company_id, revision, state, permit, ends_at, changed_at)
    SELECT permit_id, '${COMPANY_ID}', 1, 'active', permit::json, ends_at, at ${FROM}`,
  (schema) => `INSERT INTO ${schema}.permit_plates SELECT '${COMPANY_ID}', number, permit_id ${FROM}`,
  (
    schema,
  ) => `INSERT INTO ${schema}.deliveries (permit_id, provider_id, company_id, version, delivery, live_until)
    SELECT permit_id, '${PROVIDER_ID}', '${COMPANY_ID}', 1, delivery::json, ends_at ${FROM}`,
  (schema) => `INSERT INTO ${schema}.delivery_targets SELECT '${PROVIDER_ID}', target, permit_id ${FROM}`,
];

function toRows({
  permits,
  sessions,
  at,
}: {
  permits: readonly PermitInput[];
  sessions: readonly SessionByHand[];
  at: string;
}) {
  return sessions.map(({ sessionId, zone, region, start, until }, index) => {
    const permit = readPermit(permits[index]);
    const number = permit.plates[0]?.number ?? "";
    const registration = {
      companyId: COMPANY_ID,
      permitId: permit.id,
      locationId: permit.locationIds[0] ?? "",
      plate: { number, region },
      target: zone,
      validFrom: start,
      validTo: until,
      generation: 0,
    };
    const receipt = {
      v: 1 as const,
      providerId: PROVIDER_ID,
      reference: sessionId,
      registration,
      target: registration.target,
      coveredUntil: until,
    };
    const delivery = encodeDelivery(
      {
        v: 1,
        used: [sessionId],
        generation: 0,
        decidedAt: at,
        unmapped: [],
        rights: [
          { reference: sessionId, registration, receipt, acknowledgedAt: at, intent: null, failure: null },
        ],
      },
      { providerId: PROVIDER_ID, permitId: permit.id },
    );
    return {
      permit_id: permit.id,
      permit: JSON.stringify(permit),
      ends_at: until,
      at,
      number,
      delivery,
      target: registration.target,
    };
  });
}
