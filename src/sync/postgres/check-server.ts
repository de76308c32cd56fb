import { EnforcementError } from "../../core/errors.ts";
import { fieldError } from "../../core/fields.ts";
import { type PostgresRunner, query } from "./connect/connection.ts";
import { quote } from "./schema.ts";

/** PostgreSQL 13, as `server_version_num`. */
const LOWEST_SERVER = 130_000;

/**
 * Refuses a server, or a role on it, with which the ledger would open and then not work.
 *
 * @throws EnforcementError `invalid_config` naming the setting and the remedy; `unavailable` for a standby, which may
 * be promoted
 */
export async function checkServer(runner: PostgresRunner): Promise<void> {
  const text = `
    SELECT pg_is_in_recovery()::text AS standby, current_setting('default_transaction_read_only') AS read_only,
           current_setting('standard_conforming_strings') AS strings, current_setting('server_version') AS version,
           current_setting('server_version_num') AS version_number`;
  const { rows } = await query(runner, "open", [text]);
  const [row] = rows;
  if (Number(row?.["version_number"]) < LOWEST_SERVER)
    throw refusal(`connects to PostgreSQL ${row?.["version"]}; the ledger needs version 13 or later.`);
  if (row?.["standby"] === "true") {
    throw new EnforcementError(
      "unavailable",
      "pool: connects to a standby, which only reads (pg_is_in_recovery). Connect to the primary, or wait until this server is promoted.",
      { operation: "open", field: "pool" },
    );
  }
  if (row?.["read_only"] === "on") throw wrongSetting("default_transaction_read_only", "off");
  if (row?.["strings"] === "off") throw wrongSetting("standard_conforming_strings", "on");
}

/**
 * Refuses a role that may not use the ledger's schema, or may not create it where it is missing.
 *
 * @throws EnforcementError `invalid_config` naming the privilege
 */
export async function checkPrivileges(runner: PostgresRunner, schema: string): Promise<void> {
  const text = `
    SELECT has_schema_privilege(s.oid, 'USAGE')::text AS usable,
           has_database_privilege(current_database(), 'CREATE')::text AS creatable,
           current_user::text AS role, current_database()::text AS database
      FROM (SELECT $1::text AS name) AS n LEFT JOIN pg_namespace s ON s.nspname = n.name`;
  const { rows } = await query(runner, "open", [text, [schema]]);
  const [row] = rows;
  const to = `to the role ${quote(String(row?.["role"]))}`;
  if (row?.["usable"] === "false")
    throw refusal(`may not use the schema "${schema}". Grant USAGE on it, and ALL on its tables, ${to}.`);
  if (row?.["usable"] === null && row["creatable"] === "false") {
    throw refusal(
      `may not make the schema "${schema}", which is missing. Make it and grant USAGE and CREATE on it ${to}, or grant CREATE on the database ${quote(String(row["database"]))}.`,
    );
  }
}

/** The columns that the ledger's statements use, with their types. */
export const COLUMNS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  permits: {
    permit_id: "text",
    company_id: "text",
    revision: "bigint",
    state: "text",
    permit: "text",
    ends_at: "timestamp with time zone",
    changed_at: "timestamp with time zone",
  },
  permit_plates: { company_id: "text", plate_number: "text", permit_id: "text" },
  deliveries: {
    permit_id: "text",
    provider_id: "text",
    company_id: "text",
    version: "bigint",
    due_at: "timestamp with time zone",
    due_since: "timestamp with time zone",
    lease_until: "timestamp with time zone",
    claimed_since: "timestamp with time zone",
    claimed_early: "boolean",
    changed_due: "timestamp with time zone",
    changed_since: "timestamp with time zone",
    delivery: "text",
    live_until: "timestamp with time zone",
    failed_at: "timestamp with time zone",
    failed: "integer",
    unmapped: "integer",
  },
  due_marks: {
    mark_id: "bigint",
    permit_id: "text",
    provider_id: "text",
    due_at: "timestamp with time zone",
    due_since: "timestamp with time zone",
  },
  outages: {
    outage_id: "bigint",
    provider_id: "text",
    began_at: "timestamp with time zone",
    ended_at: "timestamp with time zone",
    code: "text",
  },
  read_backs: {
    provider_id: "text",
    target: "text",
    read_at: "timestamp with time zone",
    unseen: "text",
  },
  clock: {
    latest: "timestamp with time zone",
    steady_at: "timestamp with time zone",
    leapt_by: "bigint",
  },
  delivery_targets: { provider_id: "text", target: "text", permit_id: "text" },
};

/**
 * Refuses tables that differ from those of this version, and tables that the role may not read and write.
 *
 * @throws EnforcementError `invalid_config` naming the table and the column
 */
export async function checkTables(runner: PostgresRunner, schema: string): Promise<void> {
  const text = `
    SELECT c.relname AS table_name, a.attname AS column_name, format_type(a.atttypid, a.atttypmod) AS type,
           (SELECT string_agg(p, ', ') FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p
             WHERE NOT has_table_privilege(c.oid, p)) AS lacking
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
     WHERE n.nspname = $1 AND c.relname = ANY($2::text[])`;
  const { rows } = await query(runner, "open", [text, [schema, Object.keys(COLUMNS)]]);
  const found = new Map(rows.map((row) => [`${row["table_name"]}.${row["column_name"]}`, row]));
  for (const [table, columns] of Object.entries(COLUMNS)) {
    for (const [column, type] of Object.entries(columns)) {
      const row = found.get(`${table}.${column}`);
      if (row === undefined) throw otherTables(schema, `${table}.${column} is missing`);
      if (row["type"] !== type)
        throw otherTables(schema, `${table}.${column} is ${row["type"]}, not ${type}`);
      if (row["lacking"] !== null)
        throw refusal(
          `may not ${row["lacking"]} in "${schema}.${table}". Grant ALL on all tables of the schema.`,
        );
    }
  }
}

/** The error for tables with the ledger's names that another program or build created or changed. */
function otherTables(schema: string, difference: string): EnforcementError {
  return fieldError(
    "schema",
    `the tables in "${schema}" are not those of this version of the package: ${difference}. Another build or another program made or changed them. Name another schema, or restore them.`,
    "invalid_config",
  );
}

function wrongSetting(name: string, value: string): EnforcementError {
  return refusal(
    `has ${name} = ${value === "on" ? "off" : "on"}, with which the ledger cannot work. Set it to ${value} (ALTER ROLE … SET ${name} = ${value}; or for the database, or in the pool's options), and connect anew.`,
  );
}

function refusal(problem: string): EnforcementError {
  return fieldError("pool", `its role or server ${problem}`, "invalid_config");
}
