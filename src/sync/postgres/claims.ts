import type { DeliveryId } from "../ledger/delivery.ts";
import type { ClaimedDelivery, ClaimRequest } from "../ledger/ledger.ts";
import { query } from "./connect/connection.ts";
import { NOW } from "./database-clock.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { listedTargetsOf, readInstant, toDelivery, toStoredPermit } from "./rows.ts";
import { isClaimed, isSameDelivery, short } from "./schema.ts";

/** A claim of this process. */
interface HeldClaim {
  readonly id: DeliveryId;
  readonly version: number;
  /** The targets of the delivery's rights at the last write. */
  readonly targets: ReadonlySet<string>;
}

export class PostgresClaims {
  readonly #parts: PostgresDependencies;
  readonly #held = new Map<string, HeldClaim>();
  readonly #latest = new Map<string, string>();

  constructor(parts: PostgresDependencies) {
    this.#parts = parts;
  }

  /** The claim of a delivery, if it has this version. */
  findHeld(id: DeliveryId, version: number): HeldClaim | undefined {
    const held = this.#held.get(keyOf(id));
    return held?.version === version ? held : undefined;
  }

  /** The latest instant at which this process claimed deliveries of a provider. */
  findLatest(providerId: string): string | undefined {
    return this.#latest.get(providerId);
  }

  hold(claim: HeldClaim): void {
    this.#held.set(keyOf(claim.id), claim);
  }

  letGo(id: DeliveryId, version: number): void {
    if (this.findHeld(id, version) !== undefined) this.#held.delete(keyOf(id));
  }

  async claim({ limits, now, leaseMs }: ClaimRequest): Promise<ClaimedDelivery[]> {
    const due = `
      SELECT first.permit_id, first.provider_id
        FROM unnest($3::text[], $4::integer[]) AS asked (provider_id, most)
       CROSS JOIN LATERAL (
         SELECT permit_id, provider_id FROM ${this.#parts.schema}.deliveries
          WHERE provider_id = asked.provider_id AND due_at <= $2::timestamptz
            AND (lease_until IS NULL OR lease_until <= ${NOW})
          ORDER BY due_at LIMIT asked.most
            FOR UPDATE SKIP LOCKED) AS first`;
    return this.#take({ now, leaseMs }, { which: due, values: [[...limits.keys()], [...limits.values()]] });
  }

  async claimOne({ providerId, permitId }: DeliveryId, request: { now: Date; leaseMs: number }) {
    const { now, leaseMs } = request;
    const one = `
      SELECT permit_id, provider_id FROM ${this.#parts.schema}.deliveries
       WHERE provider_id = $3 AND ${short("provider_id")} = ${short("$3")} AND permit_id = $4
         AND (lease_until IS NULL OR lease_until <= ${NOW})
         FOR UPDATE`;
    const [claimed] = await this.#take({ now, leaseMs }, { which: one, values: [providerId, permitId] });
    return claimed;
  }

  /** Releases every claim of this process, unchanged. */
  async releaseAll(): Promise<void> {
    const { pool, schema } = this.#parts;
    const held = [...this.#held.values()].map(({ id, version }) => ({
      provider_id: id.providerId,
      permit_id: id.permitId,
      version,
    }));
    this.#held.clear();
    if (held.length === 0) return;
    const text = `
      UPDATE ${schema}.deliveries d
         SET changed_due = NULL, changed_since = NULL, lease_until = NULL, claimed_early = false
        FROM json_to_recordset($1::json) AS h (provider_id text, permit_id text, version bigint)
       WHERE ${isSameDelivery("d", "h")} AND d.version = h.version
         AND ${isClaimed("d")}`;
    await query(pool, "close", [text, [JSON.stringify(held)]]);
  }

  async #take(
    { now, leaseMs }: { now: Date; leaseMs: number },
    { which, values }: { which: string; values: readonly unknown[] },
  ): Promise<ClaimedDelivery[]> {
    const { pool, schema } = this.#parts;
    const text = `
      WITH due AS MATERIALIZED (${which})
      UPDATE ${schema}.deliveries d
         SET version = d.version + 1, lease_until = ${NOW} + $1::integer * interval '1 millisecond', changed_due = NULL,
             changed_since = NULL, claimed_since = least(d.due_since, $2::timestamptz),
             claimed_early = coalesce(d.due_at > $2::timestamptz, true)
        FROM due WHERE ${isSameDelivery("d", "due")}
      RETURNING d.permit_id, d.provider_id, d.company_id, d.version::text AS version, d.delivery::text AS delivery,
                ${readInstant("d.due_since")} AS due_since, ${readInstant("d.due_at")} AS due_at`;
    const claimedAt = now.toISOString();
    const { rows } = await query(pool, "claim", [text, [leaseMs, claimedAt, ...values]]);
    if (rows.length === 0) return [];
    // UPDATE returns its rows in no particular order.
    rows.sort((one, other) => Number(one["due_at"]) - Number(other["due_at"]));
    const claimed = rows.map((row) => this.#toClaim(row, now));
    for (const { providerId, permitId, version, delivery } of claimed) {
      this.hold({ id: { providerId, permitId }, version, targets: listedTargetsOf(delivery) });
    }
    for (const providerId of new Set(claimed.map((claim) => claim.providerId))) {
      if (claimedAt > (this.#latest.get(providerId) ?? "")) this.#latest.set(providerId, claimedAt);
    }
    // A second statement: the first one may see a delivery after a change and its permit before that change.
    const permits = await this.#readPermits(claimed.map(({ permitId }) => permitId));
    return claimed.map((claim) => ({ ...claim, stored: toStoredPermit(permits.get(claim.permitId)) }));
  }

  #toClaim(row: Record<string, unknown>, now: Date) {
    const since = new Date(Number(row["due_since"] ?? now.getTime()));
    const id = { providerId: String(row["provider_id"]), permitId: String(row["permit_id"]) };
    return {
      ...id,
      companyId: String(row["company_id"]),
      delivery: toDelivery(row["delivery"], id),
      dueSince: since < now ? since : now,
      isUrgent: row["due_at"] !== null && Number(row["due_at"]) < Number(row["due_since"]),
      version: Number(row["version"]),
    };
  }

  async #readPermits(permitIds: readonly string[]): Promise<Map<string, Record<string, unknown>>> {
    const { pool, schema } = this.#parts;
    const text = `
      SELECT permit_id, state, permit::text AS permit, ${readInstant("changed_at")} AS changed_at
        FROM ${schema}.permits WHERE permit_id = ANY($1::text[])`;
    const { rows } = await query(pool, "claim", [text, [permitIds]]);
    return new Map(rows.map((row) => [String(row["permit_id"]), row]));
  }
}

function keyOf({ providerId, permitId }: DeliveryId): string {
  return `${providerId}\0${permitId}`;
}
