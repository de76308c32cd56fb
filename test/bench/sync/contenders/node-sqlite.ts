import { DatabaseSync } from "node:sqlite";
import type { PermitInput } from "@offstreet/enforcement";
import { readPermit } from "../../../../src/core/permit/permit.ts";
import { migrate } from "../../../../src/sync/sqlite/file/schema.ts";
import { encodePermit } from "../../../../src/sync/sqlite/permit-document.ts";
import { COMPANY_ID, makePermits, PERMITS_BEFORE, PROVIDER_ID } from "../world.ts";
import { makeFile } from "./bench-folder.ts";
import type { Contender } from "./contender.ts";
import { describeRows } from "./ledger-rows.ts";

/** The rows of a ledger, inserted by hand; they are made before. All in one transaction, or each in its own. */
export function createSqliteLoop({ isOneTransaction }: { isOneTransaction: boolean }): Contender {
  return {
    async prepare(count) {
      const { path, remove } = makeFile();
      const database = openByHand(path);
      const insert = createInsert(database);
      const insertAll = (rows: readonly Row[]) => {
        database.exec("BEGIN IMMEDIATE");
        for (const row of rows) insert(row);
        database.exec("COMMIT");
      };
      const insertEach = (rows: readonly Row[]) => {
        for (const row of rows) insertAll([row]);
      };
      insertAll(makePermits(PERMITS_BEFORE, count).map(toRow));
      const rows = makePermits(count).map(toRow);
      return {
        async run() {
          if (isOneTransaction) insertAll(rows);
          else insertEach(rows);
        },
        describeResult: () => describeRows(path),
        async end() {
          database.close();
          remove();
        },
      };
    },
  };
}

/** The same tables, indexes and settings as the ledger's. */
function openByHand(path: string): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -32768;
    PRAGMA wal_autocheckpoint = 4096; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON`);
  migrate(database, 0);
  database.prepare("INSERT INTO company (id) VALUES (?)").run(COMPANY_ID);
  database.prepare("INSERT INTO provider (id) VALUES (?)").run(PROVIDER_ID);
  return database;
}

type Row = ReturnType<typeof toRow>;

function toRow(input: PermitInput) {
  const permit = readPermit(input);
  const { content, raws } = encodePermit(permit);
  const [plate] = permit.plates;
  return {
    id: permit.id,
    revision: permit.revision,
    endsAt: permit.validTo?.getTime() ?? null,
    content,
    raws,
    number: plate?.number ?? "",
  };
}

function createInsert(database: DatabaseSync): (row: Row) => void {
  const permit = database.prepare(
    `INSERT INTO permit (id, company, revision, state, changed_at, ended_at, content, raws)
     VALUES (?, 1, ?, 0, ?, ?, ?, ?)`,
  );
  const plate = database.prepare("INSERT INTO plate (company, number, permit) VALUES (1, ?, ?)");
  const delivery = database.prepare(
    "INSERT INTO delivery (permit, provider, due_at, due_since) VALUES (?, 1, ?, ?)",
  );
  return ({ id, revision, endsAt, content, raws, number }) => {
    const now = Date.now();
    const { lastInsertRowid } = permit.run(id, revision, now, endsAt, content, raws);
    plate.run(number, lastInsertRowid);
    delivery.run(lastInsertRowid, now, now);
  };
}
