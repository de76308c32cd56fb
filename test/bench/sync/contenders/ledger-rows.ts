import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";

// Instants of recording differ from run to run, and so does the order of callers: neither counts.
const ROWS = [
  `SELECT permit.id, company.id, revision, state, ended_at, content, raws FROM permit
   JOIN company ON company.ref = permit.company`,
  `SELECT company.id, number, permit.id FROM plate JOIN company ON company.ref = plate.company
   JOIN permit ON permit.ref = plate.permit`,
  `SELECT permit.id, provider.id, due_at IS NULL, due_since >= due_at, live_until, unmapped, failed, document
   FROM delivery JOIN permit ON permit.ref = delivery.permit JOIN provider ON provider.ref = delivery.provider`,
  "SELECT name, sql FROM sqlite_schema",
];

/** One text for the rows and the indexes of a ledger's file. */
export function describeRows(path: string): string {
  const database = new DatabaseSync(path, { readOnly: true });
  const tables = ROWS.map((sql) => {
    const rows = database.prepare(`${sql} ORDER BY 1, 2`).all();
    return `${rows.length} ${createHash("sha256").update(JSON.stringify(rows)).digest("hex").slice(0, 16)}`;
  });
  database.close();
  return tables.join(", ");
}
