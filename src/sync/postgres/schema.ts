import { EnforcementError } from "../../core/errors.ts";
import { inTransaction, type PostgresPool, query } from "./connect/connection.ts";

/**
 * The delivery was claimed before it was due, or was postponed with something left to do. A delivery that is planned
 * for later is due since that later instant.
 */
export const IS_WAITING =
  "(claimed_early OR (due_since IS NOT NULL AND (due_at IS NULL OR due_at > due_since)))";

/**
 * A short form of an id, for indexes: an entry has at most 2.7 kB, and two ids of 512 characters may have 3 kB. One id in
 * a key stands as it is, and every other one in this form. Two ids have the same form once in 2^64 pairs, so statements
 * compare the ids too.
 */
export function short(id: string): string {
  return `hashtextextended(${id}, 0)`;
}

/**
 * Whether two rows belong to one delivery, as a condition of `deliveries_key`. All its columns are compared: only then
 * the planner knows, before a table was ever analysed, that it finds one row, and uses the index instead of reading the
 * whole table.
 */
export function isSameDelivery(one: string, other: string): string {
  return (
    `${one}.permit_id = ${other}.permit_id AND ${short(`${one}.provider_id`)} = ${short(`${other}.provider_id`)} ` +
    `AND ${one}.provider_id = ${other}.provider_id`
  );
}

/**
 * Whether a row is claimed, or was when its lease ended. Statistics of an idle ledger say that no lease is there: by
 * `IS NOT NULL`, the planner would expect to find one row or none, and compare every row of a backfill with every update.
 * It knows nothing of this expression.
 */
export function isClaimed(row: string): string {
  return `coalesce(${row}.lease_until, '-infinity') > '-infinity'`;
}

/**
 * What each version of the tables added, so that those of any older version can be upgraded. A step is not changed once
 * it was released: the next one corrects it.
 *
 * `due_at` is when a delivery is to be planned, and its place in line; an urgent change puts it before `due_since`. When
 * a change comes during a claim, `changed_due` becomes `due_at` at the release, and `changed_since` becomes `due_since`. They, and the lease, are of the database's clock, so that machines whose clocks differ agree. `version`
 * counts the claims; `claimed_since` is since when the claimed delivery has had something to do. A claim writes no
 * column that an index contains or depends on, and finds room in its page, so that it writes to no index. `due_marks`
 * holds what host transactions made due: these may stay open long, and must not keep deliveries locked. Documents are
 * JSON in `text`, because the type `json` refuses characters that a vendor's message or a holder's name may hold.
 */
const STEPS: readonly ((schema: string) => string)[] = [
  (schema) => `
CREATE TABLE ${schema}.permits (
  permit_id text PRIMARY KEY,
  company_id text NOT NULL,
  revision bigint NOT NULL,
  state text NOT NULL,
  permit text,
  ends_at timestamptz,
  changed_at timestamptz NOT NULL
);
CREATE INDEX permits_company ON ${schema}.permits (${short("company_id")}, permit_id);
CREATE INDEX permits_ended ON ${schema}.permits (ends_at) WHERE permit IS NOT NULL;
CREATE INDEX permits_forgotten ON ${schema}.permits (permit_id) WHERE state = 'forgotten' AND permit IS NOT NULL;

CREATE TABLE ${schema}.permit_plates (
  company_id text NOT NULL,
  plate_number text NOT NULL,
  permit_id text NOT NULL
);
CREATE UNIQUE INDEX permit_plates_key ON ${schema}.permit_plates (${short("company_id")}, plate_number, permit_id);

CREATE TABLE ${schema}.deliveries (
  permit_id text NOT NULL,
  provider_id text NOT NULL,
  company_id text NOT NULL,
  version bigint NOT NULL DEFAULT 0,
  due_at timestamptz,
  due_since timestamptz,
  lease_until timestamptz,
  claimed_since timestamptz,
  claimed_early boolean NOT NULL DEFAULT false,
  changed_due timestamptz,
  changed_since timestamptz,
  delivery text,
  live_until timestamptz,
  failed_at timestamptz,
  failed integer NOT NULL DEFAULT 0,
  unmapped integer NOT NULL DEFAULT 0
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
CREATE UNIQUE INDEX deliveries_key ON ${schema}.deliveries (permit_id, ${short("provider_id")});
CREATE INDEX deliveries_due ON ${schema}.deliveries (provider_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_waiting ON ${schema}.deliveries (provider_id) WHERE ${IS_WAITING};
CREATE INDEX deliveries_failed ON ${schema}.deliveries (failed_at, permit_id) WHERE failed > 0;
CREATE INDEX deliveries_unmapped ON ${schema}.deliveries (${short("provider_id")}, permit_id) WHERE unmapped > 0;

CREATE TABLE ${schema}.due_marks (
  mark_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  permit_id text NOT NULL,
  provider_id text NOT NULL,
  due_at timestamptz NOT NULL,
  due_since timestamptz NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE ${schema}.delivery_targets (
  provider_id text NOT NULL,
  target text NOT NULL,
  permit_id text NOT NULL
);
CREATE UNIQUE INDEX delivery_targets_key
  ON ${schema}.delivery_targets (${short("provider_id")}, ${short("target")}, permit_id);

CREATE TABLE ${schema}.outages (
  outage_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider_id text NOT NULL,
  began_at timestamptz NOT NULL,
  ended_at timestamptz,
  code text NOT NULL
);
CREATE INDEX outages_of_provider ON ${schema}.outages (provider_id);
CREATE UNIQUE INDEX outages_open ON ${schema}.outages (provider_id) WHERE ended_at IS NULL;

CREATE TABLE ${schema}.read_backs (
  provider_id text NOT NULL,
  target text NOT NULL,
  read_at timestamptz NOT NULL,
  unseen text NOT NULL
);
CREATE UNIQUE INDEX read_backs_key ON ${schema}.read_backs (${short("provider_id")}, ${short("target")});

CREATE TABLE ${schema}.clock (latest timestamptz, steady_at timestamptz, leapt_by bigint);
INSERT INTO ${schema}.clock VALUES (NULL, NULL, NULL);`,
];

/** The longest time for one step, and for another process that waits to open the tables meanwhile, in milliseconds. */
export const MAX_UPGRADE_MS = 600_000;

/**
 * Creates the tables, or upgrades those of an older version. Processes that do it at the same time take turns.
 *
 * @throws EnforcementError `invalid_config` when a newer version of this package has made them
 */
export function openSchema(pool: PostgresPool, schema: string, steps = STEPS): Promise<void> {
  return inTransaction(pool, { operation: "open", lockTimeoutMs: MAX_UPGRADE_MS }, async (client) => {
    await client.query("SET LOCAL statement_timeout = 0");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `enforcement schema ${schema}`,
    ]);
    await makeSchema(client, schema);
    const version = await readVersion(client, schema);
    if (version > steps.length) throw newerSchema(schema, { version, understood: steps.length });
    if (version === steps.length) return;
    for (const step of steps.slice(version)) await client.query(step(quote(schema)));
    await client.query(`UPDATE ${quote(schema)}.schema_version SET version = $1`, [steps.length]);
  });
}

/** Whether the tables are complete. The check needs neither a lock nor a privilege to create. */
export async function isSchemaReady(pool: PostgresPool, schema: string, steps = STEPS): Promise<boolean> {
  const versions = `${quote(schema)}.schema_version`;
  const [found] = (await query(pool, "open", ["SELECT to_regclass($1)::text AS versions", [versions]])).rows;
  if (found?.["versions"] === null) return false;
  const { rows } = await query(pool, "open", [`SELECT version::text AS version FROM ${versions}`]);
  return Number(rows[0]?.["version"]) === steps.length;
}

async function makeSchema(client: Pick<PostgresPool, "query">, name: string): Promise<void> {
  const { rows } = await client.query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [name]);
  // CREATE … IF NOT EXISTS would need the privilege to create schemas even where the schema exists.
  if (rows.length === 0) await client.query(`CREATE SCHEMA ${quote(name)}`);
}

async function readVersion(client: Pick<PostgresPool, "query">, schema: string): Promise<number> {
  const table = `${quote(schema)}.schema_version`;
  const { rows } = await client.query("SELECT to_regclass($1)::text AS found", [table]);
  if (rows[0]?.["found"] === null) {
    await client.query(`CREATE TABLE ${table} (version integer NOT NULL)`);
    await client.query(`INSERT INTO ${table} VALUES (0)`);
  }
  const versions = await client.query(`SELECT version::text AS version FROM ${table}`);
  return Number(versions.rows[0]?.["version"] ?? 0);
}

function newerSchema(
  schema: string,
  { version, understood }: { version: number; understood: number },
): EnforcementError {
  return new EnforcementError(
    "invalid_config",
    `schema "${schema}" was made by a newer version of this package (tables of version ${version}, ` +
      `understood is ${understood}); update the package on this machine, or name another schema.`,
    { operation: "open", field: "schema" },
  );
}

/** A name, quoted for statements. */
export function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
