/** What a cell may hold: text, numbers, truth, and nothing. */
export type Cell = string | number | boolean | null;

/**
 * Rows on their way to PostgreSQL: one array for each column, written as PostgreSQL reads arrays. A statement takes them
 * apart with `unnest`. PostgreSQL reads them in half the time that rows of JSON take it.
 */
export class Columns {
  readonly #columns: string[][];

  constructor(width: number) {
    this.#columns = Array.from({ length: width }, () => []);
  }

  add(row: readonly Cell[]): void {
    for (let index = 0; index < row.length; index++)
      this.#columns[index]?.push(toElement(row[index] ?? null));
  }

  /** A parameter for each column. */
  get parameters(): string[] {
    return this.#columns.map((column) => `{${column.join(",")}}`);
  }
}

function toElement(cell: Cell): string {
  if (cell === null) return "NULL";
  return typeof cell === "string" ? `"${cell.replace(SPECIAL, "\\$&")}"` : String(cell);
}

const SPECIAL = /["\\]/g;
