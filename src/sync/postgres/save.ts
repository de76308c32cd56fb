import { encodeDelivery } from "../ledger/delivery-document.ts";
import { failuresOf, findLiveUntil } from "../ledger/delivery-facts.ts";
import type { DeliveryUpdate } from "../ledger/ledger.ts";
import type { PostgresClaims } from "./claims.ts";
import { Columns } from "./columns.ts";
import { query } from "./connect/connection.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { listedTargetsOf } from "./rows.ts";
import { isClaimed, isSameDelivery, short } from "./schema.ts";

// The deliveries that are encoded in one turn of the event loop: a millisecond or two.
const UPDATES_PER_TURN = 100;

const NO_TARGETS: ReadonlySet<string> = new Set();

/**
 * Writes deliveries back. Returns for each whether it took effect. Repeating it changes nothing, because a released
 * delivery is not claimed by this process any more. Updates whose claim is known to be over are left out, and the
 * statement skips deliveries that other processes have claimed.
 */
export async function saveDeliveries(
  given: readonly DeliveryUpdate[],
  { parts, claims }: { parts: PostgresDependencies; claims: PostgresClaims },
): Promise<boolean[]> {
  const updates = given.filter((update) => claims.findHeld(update, update.version) !== undefined);
  if (updates.length === 0) return given.map(() => false);
  const { pool, schema } = parts;
  const columns = { saved: new Columns(11), entered: new Columns(3), left: new Columns(3) };
  for (const [index, update] of updates.entries()) {
    if (index > 0 && index % UPDATES_PER_TURN === 0) await new Promise(setImmediate);
    addTo(columns, update, claims);
  }
  const values = Object.values(columns).flatMap(({ parameters }) => parameters);
  const { rows } = await query(pool, "save", [statementOf(schema), values]);
  const lost = new Set(rows.map((row) => updates[Number(row["place"]) - 1]));
  const saved = new Set(lost.size === 0 ? updates : updates.filter((update) => !lost.has(update)));
  for (const update of updates) {
    const { delivery, version, release, providerId, permitId } = update;
    const id = { providerId, permitId };
    if (!saved.has(update)) {
      claims.letGo(id, version);
      continue;
    }
    if (release === undefined) {
      const held = claims.findHeld(id, version);
      if (held !== undefined) claims.hold({ ...held, targets: listedTargetsOf(delivery) });
      continue;
    }
    claims.letGo(id, version);
  }
  return given.map((update) => saved.has(update));
}

function addTo(
  { saved, entered, left }: { saved: Columns; entered: Columns; left: Columns },
  { providerId, permitId, delivery, version, release }: DeliveryUpdate,
  claims: PostgresClaims,
): void {
  const id = { providerId, permitId };
  const failures = failuresOf(delivery);
  const liveUntil = findLiveUntil(delivery);
  saved.add([
    permitId,
    providerId,
    version,
    encodeDelivery(delivery, id),
    liveUntil === null ? null : toEnd(liveUntil),
    failures.map(({ failedAt }) => failedAt).sort()[0] ?? null,
    failures.length,
    delivery.unmapped.length,
    release !== undefined,
    release?.settled ?? false,
    release?.dueAt?.toISOString() ?? null,
  ]);
  const before = claims.findHeld(id, version)?.targets ?? NO_TARGETS;
  const after = listedTargetsOf(delivery);
  for (const target of after) if (!before.has(target)) entered.add([permitId, providerId, target]);
  for (const target of before) if (!after.has(target)) left.add([permitId, providerId, target]);
}

function toEnd(milliseconds: number): string {
  return milliseconds === Number.POSITIVE_INFINITY ? "infinity" : new Date(milliseconds).toISOString();
}

/**
 * Writes rows in the order in which every statement locks them, so that two writers do not deadlock. Returns the
 * positions of updates without effect. A release that finds its own version without a lease was written by an earlier
 * attempt, whose answer was lost with the connection: it counts as done.
 */
function statementOf(schema: string): string {
  return `
WITH u AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::timestamptz[], $6::timestamptz[],
                       $7::integer[], $8::integer[], $9::boolean[], $10::boolean[], $11::timestamptz[])
    WITH ORDINALITY
    AS u (permit_id, provider_id, version, delivery, live_until, failed_at, failed, unmapped, released, settled, due_at, place)
   ORDER BY permit_id, provider_id),
saved AS (
  UPDATE ${schema}.deliveries d
     SET delivery = u.delivery, live_until = u.live_until, failed_at = u.failed_at, failed = u.failed,
         unmapped = u.unmapped,
         due_at = CASE WHEN u.released THEN coalesce(d.changed_due, u.due_at) ELSE d.due_at END,
         due_since = CASE WHEN NOT u.released THEN d.due_since WHEN u.settled THEN coalesce(d.changed_since, u.due_at)
                          ELSE least(d.due_since, coalesce(d.changed_since, u.due_at)) END,
         lease_until = CASE WHEN u.released THEN NULL ELSE d.lease_until END,
         changed_due = CASE WHEN u.released THEN NULL ELSE d.changed_due END,
         changed_since = CASE WHEN u.released THEN NULL ELSE d.changed_since END,
         claimed_early = d.claimed_early AND NOT u.released
    FROM u
   WHERE ${isSameDelivery("d", "u")} AND d.version = u.version
     AND ${isClaimed("d")}
  RETURNING d.permit_id, d.provider_id),
left_targets AS (
  DELETE FROM ${schema}.delivery_targets t
   USING unnest($15::text[], $16::text[], $17::text[]) AS o (permit_id, provider_id, target) JOIN saved s USING (permit_id, provider_id)
   WHERE ${short("t.provider_id")} = ${short("o.provider_id")} AND ${short("t.target")} = ${short("o.target")}
     AND t.provider_id = o.provider_id AND t.target = o.target AND t.permit_id = o.permit_id),
entered_targets AS (
  INSERT INTO ${schema}.delivery_targets (provider_id, target, permit_id)
  SELECT provider_id, n.target, permit_id
    FROM unnest($12::text[], $13::text[], $14::text[]) AS n (permit_id, provider_id, target) JOIN saved s USING (permit_id, provider_id)
  ON CONFLICT DO NOTHING),
unsaved AS MATERIALIZED (
  SELECT * FROM u WHERE NOT EXISTS (SELECT FROM saved s WHERE s.permit_id = u.permit_id AND s.provider_id = u.provider_id))
SELECT u.place::text AS place FROM unsaved u
 WHERE NOT EXISTS (SELECT FROM ${schema}.deliveries d
                    WHERE ${isSameDelivery("d", "u")} AND d.version = u.version AND u.released)`;
}
