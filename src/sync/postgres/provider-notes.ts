import type { DeliveryId } from "../ledger/delivery.ts";
import {
  MAX_OUTAGES,
  type Outage,
  type OutageChange,
  type ReadBack,
  type ReadBackNote,
} from "../ledger/provider-notes.ts";
import { type PostgresPool, query } from "./connect/connection.ts";
import { readInstant, toInstant, toListedTarget } from "./rows.ts";
import { short } from "./schema.ts";

interface Parts {
  readonly pool: PostgresPool;
  readonly schema: string;
}

const SHORT_TARGETS = `ARRAY(SELECT ${short("t")} FROM unnest($2::text[]) AS t)`;

/** Notes that a breaker opened or closed. Repeating it changes nothing. */
export async function noteOutage(
  { providerId, at, code }: OutageChange,
  { pool, schema }: Parts,
): Promise<void> {
  if (code === null) {
    const end = `
      UPDATE ${schema}.outages SET ended_at = greatest(began_at, $2::timestamptz)
       WHERE provider_id = $1 AND ended_at IS NULL`;
    await query(pool, "save", [end, [providerId, at.toISOString()]]);
    return;
  }
  // The deletion does not see the inserted row.
  const begin = `
    WITH begun AS (
      INSERT INTO ${schema}.outages (provider_id, began_at, code) VALUES ($1, $2::timestamptz, $3)
      ON CONFLICT (provider_id) WHERE ended_at IS NULL DO NOTHING RETURNING outage_id)
    DELETE FROM ${schema}.outages
     WHERE provider_id = $1 AND EXISTS (SELECT FROM begun)
       AND outage_id IN (SELECT outage_id FROM ${schema}.outages WHERE provider_id = $1
                          ORDER BY outage_id DESC OFFSET ${MAX_OUTAGES - 1})`;
  await query(pool, "save", [begin, [providerId, at.toISOString(), code]]);
}

/** Writes the last reading of a target in place of the one before, or forgets it. Repeating it changes nothing. */
export async function noteReadBack(
  { providerId, targets, readBack }: ReadBackNote,
  { pool, schema }: Parts,
): Promise<void> {
  const names = [...new Set(targets.map(toListedTarget))].sort();
  if (readBack === null) {
    const forget = `
      DELETE FROM ${schema}.read_backs
       WHERE ${short("provider_id")} = ${short("$1")} AND provider_id = $1
         AND ${short("target")} = ANY(${SHORT_TARGETS}) AND target = ANY($2::text[])`;
    await query(pool, "save", [forget, [providerId, names]]);
    return;
  }
  const write = `
    INSERT INTO ${schema}.read_backs (provider_id, target, read_at, unseen)
    SELECT $1, target, $3::timestamptz, $4 FROM unnest($2::text[]) AS t (target)
    ON CONFLICT (${short("provider_id")}, ${short("target")}) DO UPDATE
       SET provider_id = excluded.provider_id, target = excluded.target, read_at = excluded.read_at, unseen = excluded.unseen`;
  const { at, unseen } = readBack;
  await query(pool, "save", [write, [providerId, names, at.toISOString(), unseen.join(" ")]]);
}

/** Forgets readings that are dated later than the clock shows. */
export async function forgetReadBacksAhead(
  { providerId, now }: { providerId: string; now: Date },
  { pool, schema }: Parts,
): Promise<void> {
  const text = `
    DELETE FROM ${schema}.read_backs
     WHERE ${short("provider_id")} = ${short("$1")} AND provider_id = $1 AND read_at > $2::timestamptz`;
  await query(pool, "rewind", [text, [providerId, now.toISOString()]]);
}

/** The last outages of providers, by the provider's id. */
export async function readOutages(
  providerIds: readonly string[],
  { pool, schema }: Parts,
): Promise<ReadonlyMap<string, Outage[]>> {
  const text = `
    SELECT provider_id, ${readInstant("began_at")} AS began_at, ${readInstant("ended_at")} AS ended_at, code
      FROM ${schema}.outages WHERE provider_id = ANY($1::text[]) ORDER BY outage_id`;
  const { rows } = await query(pool, "readRecord", [text, [providerIds]]);
  const byProvider = Map.groupBy(rows, (row) => String(row["provider_id"]));
  return new Map([...byProvider].map(([providerId, found]) => [providerId, found.map(toOutage)]));
}

function toOutage(row: Record<string, unknown>): Outage {
  const endedAt = row["ended_at"];
  return {
    downSince: toInstant(row["began_at"]),
    code: String(row["code"]),
    upAt: endedAt === null ? null : toInstant(endedAt),
  };
}

/** The last readings of a provider's targets, by target. */
export async function readReadBacks(
  { providerId }: Pick<DeliveryId, "providerId">,
  targets: Iterable<string>,
  { pool, schema }: Parts,
): Promise<ReadonlyMap<string, ReadBack>> {
  const asked = [...targets];
  if (asked.length === 0) return new Map();
  const text = `
    SELECT target, ${readInstant("read_at")} AS read_at, unseen FROM ${schema}.read_backs
     WHERE ${short("provider_id")} = ${short("$1")} AND provider_id = $1
       AND ${short("target")} = ANY(${SHORT_TARGETS}) AND target = ANY($2::text[])`;
  const { rows } = await query(pool, "readRecord", [text, [providerId, asked.map(toListedTarget)]]);
  const found = new Map(rows.map((row) => [String(row["target"]), toReadBack(row)]));
  return new Map(
    asked.flatMap((target) => {
      const readBack = found.get(toListedTarget(target));
      return readBack === undefined ? [] : [[target, readBack] as const];
    }),
  );
}

function toReadBack(row: Record<string, unknown>): ReadBack {
  const unseen = String(row["unseen"]);
  return { at: toInstant(row["read_at"]), unseen: unseen === "" ? [] : unseen.split(" ") };
}
