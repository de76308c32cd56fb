import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { UndoLog } from "./undo-log.ts";

/** Row numbers for ids of companies or providers, which occur in many rows. There are few of them, kept in memory. */
export class NameTable {
  readonly #refs = new Map<string, number>();
  readonly #names = new Map<number, string>();
  readonly #insert: StatementSync;
  readonly #undo: UndoLog;

  constructor(database: DatabaseSync, table: "company" | "provider", undo: UndoLog) {
    this.#undo = undo;
    this.#insert = database.prepare(`INSERT INTO ${table} (id) VALUES (?)`);
    for (const { ref, id } of database.prepare(`SELECT ref, id FROM ${table}`).all()) {
      this.#keep(Number(ref), String(id));
    }
  }

  find(id: string): number | undefined {
    return this.#refs.get(id);
  }

  /** The row number of an id; a new row when there is none. Call it inside a transaction only. */
  refOf(id: string): number {
    const known = this.#refs.get(id);
    if (known !== undefined) return known;
    const ref = Number(this.#insert.run(id).lastInsertRowid);
    this.#keep(ref, id);
    this.#undo.add(() => {
      this.#refs.delete(id);
      this.#names.delete(ref);
    });
    return ref;
  }

  nameOf(ref: number): string {
    return this.#names.get(ref) ?? "";
  }

  refs(): Iterable<number> {
    return this.#names.keys();
  }

  #keep(ref: number, id: string): void {
    this.#refs.set(id, ref);
    this.#names.set(ref, id);
  }
}
