import type { DatabaseSync } from "node:sqlite";
import type { PermitChangeRow } from "../messages.ts";
import type { NameTable } from "./name-table.ts";
import { type PlateRow, type PlateTable, toPlateRows } from "./plate-table.ts";

interface InserterDependencies {
  readonly database: DatabaseSync;
  readonly companies: NameTable;
  readonly providers: NameTable;
  readonly plates: PlateTable;
}

/** Rows per statement. Inserting them together takes little more than half the time of single inserts. */
export const TOGETHER = 16;

const PERMIT = "permit (id, company, revision, state, changed_at, ended_at, content, raws)";
const DELIVERY = "delivery (permit, provider, due_at, due_since)";

/** Inserts new permits, their plates and their new deliveries. Runs in the caller's transaction. */
export function createInserter({ database, companies, providers, plates }: InserterDependencies) {
  const prepare = (table: string, row: string, count: number) =>
    database.prepare(
      `INSERT INTO ${table} VALUES ${new Array(count).fill(row).join()} ON CONFLICT DO NOTHING`,
    );
  const insertPermit = prepare(PERMIT, "(?, ?, ?, 0, ?, ?, ?, ?)", 1);
  const insertPermits = prepare(PERMIT, "(?, ?, ?, 0, ?, ?, ?, ?)", TOGETHER);
  const insertDelivery = prepare(DELIVERY, "(?, ?, ?, ?)", 1);
  const insertDeliveries = prepare(DELIVERY, "(?, ?, ?, ?)", TOGETHER);
  const removeAfter = database.prepare("DELETE FROM permit WHERE ref > ?");

  function addDeliveries(permit: number, [, , at, place, , , , , , providerIds]: PermitChangeRow): void {
    const add = (providerId: string) => insertDelivery.run(permit, providers.refOf(providerId), place, at);
    if (typeof providerIds === "string") add(providerIds);
    else for (const providerId of providerIds) add(providerId);
  }

  /** Inserts the deliveries of permits that were just inserted. */
  function addFirstDeliveries(first: number, changes: readonly PermitChangeRow[]): void {
    if (changes.some(({ 9: providerIds }) => typeof providerIds !== "string")) {
      for (const [index, change] of changes.entries()) addDeliveries(first + index, change);
      return;
    }
    const values: number[] = [];
    for (const [index, { 2: at, 3: place, 9: providerId }] of changes.entries()) {
      values.push(first + index, providers.refOf(providerId as string), place, at);
    }
    insertDeliveries.run(...values);
  }

  return {
    addDeliveries,

    /** Inserts a permit. Returns false, and inserts nothing, when the permit exists. */
    insertOne(change: PermitChangeRow): boolean {
      const [, permitId, at, , revision, companyId, validTo, content, raws, , plateNumbers] = change;
      const company = companies.refOf(companyId);
      const inserted = insertPermit.run(permitId, company, revision, at, validTo, content, raws);
      if (inserted.changes === 0) return false;
      const ref = Number(inserted.lastInsertRowid);
      plates.add(toPlateRows(company, plateNumbers, ref));
      addDeliveries(ref, change);
      return true;
    },

    /**
     * Inserts {@link TOGETHER} permits, but not their plates, which are added to `added`. Returns false, and inserts
     * none, when one of them exists or occurs twice.
     */
    insertTogether(changes: readonly PermitChangeRow[], added: PlateRow[]): boolean {
      const values: (string | number | null)[] = [];
      for (const [, permitId, at, , revision, companyId, validTo, content, raws] of changes) {
        values.push(permitId, companies.refOf(companyId), revision, at, validTo, content, raws);
      }
      const inserted = insertPermits.run(...values);
      const [count, last] = [Number(inserted.changes), Number(inserted.lastInsertRowid)];
      if (count === TOGETHER) {
        const first = last - TOGETHER + 1;
        for (const [index, { 5: companyId, 10: plateNumbers }] of changes.entries()) {
          added.push(...toPlateRows(companies.refOf(companyId), plateNumbers, first + index));
        }
        addFirstDeliveries(first, changes);
      } else if (count > 0) removeAfter.run(last - count);
      return count === TOGETHER;
    },
  };
}
