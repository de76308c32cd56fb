import { encodeDelivery } from "./delivery-document.ts";
import { failuresOf, findLiveUntil } from "./delivery-facts.ts";
import type { DeliveryUpdate } from "./ledger.ts";
import type { PostgresClaims } from "./postgres-claims.ts";
import { query } from "./postgres-connection.ts";
import { listedTargetsOf } from "./postgres-document.ts";
import type { PostgresParts } from "./postgres-record.ts";

// As many rows are turned into JSON between two turns of the event loop: a millisecond or two.
const SLICE = 100;

/** Writes deliveries back. Repeating it changes nothing: what was given back is not ours any more. */
export async function saveDeliveries(
  updates: readonly DeliveryUpdate[],
  { parts, claims }: { parts: PostgresParts; claims: PostgresClaims },
): Promise<void> {
  if (updates.length === 0) return;
  const { pool, schema, wakes } = parts;
  const pieces: string[] = [];
  for (let start = 0; start < updates.length; start += SLICE) {
    if (start > 0) await new Promise(setImmediate);
    const rows = updates.slice(start, start + SLICE).map((update) => toRow(update, { parts, claims }));
    pieces.push(JSON.stringify(rows).slice(1, -1));
  }
  await query(pool, "save", [statementOf(schema), [`[${pieces.join(",")}]`]]);
  for (const { delivery, version, release, providerId, permitId } of updates) {
    const id = { providerId, permitId };
    if (release === undefined) {
      const held = claims.findHeld(id, version);
      if (held !== undefined) claims.hold({ ...held, targets: listedTargetsOf(delivery) });
      continue;
    }
    claims.letGo(id, version);
    if (release.dueAt !== null) wakes.schedule(providerId, new Date(parts.clock.toDatabase(release.dueAt)));
  }
}

function toRow(
  { providerId, permitId, delivery, version, release }: DeliveryUpdate,
  { parts: { clock }, claims }: { parts: PostgresParts; claims: PostgresClaims },
) {
  const failures = failuresOf(delivery);
  const liveUntil = findLiveUntil(delivery);
  const held = claims.findHeld({ providerId, permitId }, version);
  const before = held?.targets ?? new Set<string>();
  const after = listedTargetsOf(delivery);
  return {
    ...{ permit_id: permitId, provider_id: providerId, version },
    delivery: encodeDelivery(delivery, { providerId, permitId }),
    live_until: liveUntil === null ? null : toEnd(liveUntil),
    failed_at: failures.map(({ failedAt }) => failedAt).sort()[0] ?? null,
    ...{ failed: failures.length, unmapped: delivery.unmapped.length },
    ...{ released: release !== undefined, settled: release?.settled ?? false },
    due_at: release?.dueAt ? clock.toDatabase(release.dueAt) : null,
    new_targets: [...after].filter((target) => !before.has(target)),
    old_targets: [...before].filter((target) => !after.has(target)),
  };
}

function toEnd(milliseconds: number): string {
  return milliseconds === Number.POSITIVE_INFINITY ? "infinity" : new Date(milliseconds).toISOString();
}

/** Rows are written in the order in which everybody locks them, so that two who write the same do not wait in a circle. */
function statementOf(schema: string): string {
  return `
WITH u AS MATERIALIZED (
  SELECT * FROM json_to_recordset($1::json) AS u (permit_id text, provider_id text, version bigint, delivery text,
    live_until timestamptz, failed_at timestamptz, failed integer, unmapped integer, released boolean, settled boolean,
    due_at timestamptz, new_targets json, old_targets json)
   ORDER BY permit_id, provider_id),
saved AS (
  UPDATE ${schema}.deliveries d
     SET delivery = u.delivery, live_until = u.live_until, failed_at = u.failed_at, failed = u.failed,
         unmapped = u.unmapped,
         due_at = CASE WHEN u.released THEN coalesce(d.changed_due, u.due_at) ELSE d.due_at END,
         due_since = CASE WHEN NOT u.released THEN d.due_since WHEN u.settled THEN coalesce(d.changed_due, u.due_at)
                          ELSE least(d.due_since, coalesce(d.changed_due, u.due_at)) END,
         lease_until = CASE WHEN u.released THEN NULL ELSE d.lease_until END,
         changed_due = CASE WHEN u.released THEN NULL ELSE d.changed_due END,
         claimed_early = d.claimed_early AND NOT u.released
    FROM u
   WHERE d.permit_id = u.permit_id AND d.provider_id = u.provider_id AND d.version = u.version
     AND d.lease_until IS NOT NULL
  RETURNING d.permit_id, d.provider_id, u.new_targets, u.old_targets),
left_targets AS (
  DELETE FROM ${schema}.delivery_targets t
   USING saved s CROSS JOIN json_array_elements_text(s.old_targets) AS o (target)
   WHERE t.provider_id = s.provider_id AND t.target = o.target AND t.permit_id = s.permit_id)
INSERT INTO ${schema}.delivery_targets (provider_id, target, permit_id)
SELECT s.provider_id, n.target, s.permit_id FROM saved s CROSS JOIN json_array_elements_text(s.new_targets) AS n (target)
ON CONFLICT DO NOTHING`;
}
