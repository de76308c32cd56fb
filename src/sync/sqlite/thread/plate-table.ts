import type { DatabaseSync } from "node:sqlite";
import type { KnownState } from "../../ledger/ledger.ts";
import type { OneOrMany } from "../messages.ts";
import { plateNumbersIn } from "../permit-document.ts";

/** A permit as it is in its row. */
export interface PermitRow {
  readonly ref: number;
  readonly company: number;
  readonly state: KnownState;
  /** Null: the permit was erased. */
  readonly content: string | null;
}

export type PlateRow = readonly [company: number, number: string, permit: number];

// Rows per statement.
const TOGETHER = 16;

/** The table of active permits by plate. Runs in the caller's transaction. */
export function createPlateTable(database: DatabaseSync) {
  const prepare = (count: number) =>
    database.prepare(
      `INSERT INTO plate (company, number, permit) VALUES ${new Array(count).fill("(?, ?, ?)").join()}`,
    );
  const [addOne, addTogether] = [prepare(1), prepare(TOGETHER)];
  const remove = database.prepare("DELETE FROM plate WHERE company = ? AND number = ? AND permit = ?");

  return {
    /** Adds rows that are not in the table, in its order: rows of the same page are added one after the other. */
    add(rows: PlateRow[]): void {
      rows.sort(compare);
      let at = 0;
      for (; at + TOGETHER <= rows.length; at += TOGETHER) {
        addTogether.run(...rows.slice(at, at + TOGETHER).flat());
      }
      for (const row of rows.slice(at)) addOne.run(...row);
    },
    /** Removes a permit in its earlier state. */
    remove({ ref, company, state, content }: PermitRow): void {
      // Only active permits are listed by plate.
      if (state !== "active" || content === null) return;
      for (const number of plateNumbersIn(content)) remove.run(company, number, ref);
    },
  };
}

export type PlateTable = ReturnType<typeof createPlateTable>;

/** The rows of an active permit. */
export function toPlateRows(company: number, numbers: OneOrMany<string>, permit: number): PlateRow[] {
  if (typeof numbers === "string") return [[company, numbers, permit]];
  return numbers.map((number) => [company, number, permit]);
}

function compare([company, number]: PlateRow, [otherCompany, otherNumber]: PlateRow): number {
  if (company !== otherCompany) return company - otherCompany;
  if (number === otherNumber) return 0;
  return number < otherNumber ? -1 : 1;
}
