import { UnusableInput } from "../unusable-input.ts";
import type { CsvTable } from "./csv-table.ts";

/** Which header a column goes by. */
export interface ColumnChoice {
  /** What the column holds; the left side of `--column description=…`. */
  readonly key: string;
  /** Headers that are taken for it, in any case. */
  readonly usual: readonly string[];
  /** The header that the user named. It must be there. */
  readonly named?: string | undefined;
  readonly required?: boolean;
}

/**
 * The header of a column in this table; `undefined` where an optional one is absent.
 *
 * @throws UnusableInput naming the headers that there are
 */
export function findColumn({ headers, headerPlace }: CsvTable, choice: ColumnChoice): string | undefined {
  const { key, usual, named, required = false } = choice;
  const wanted = named === undefined ? usual : [named];
  const found = headers.find((header) => wanted.some((name) => fold(name) === fold(header)));
  if (found !== undefined || !(required || named !== undefined)) return found;
  const there = headers.map((header) => `"${header}"`).join(", ");
  const message =
    named === undefined
      ? `has no column for the ${key}. Columns: ${there}. Name it with --column "${key}=…".`
      : `has no column "${named}". Columns: ${there}.`;
  throw new UnusableInput([{ place: headerPlace, message }]);
}

function fold(header: string): string {
  return header.toLowerCase().replace(/[\s_-]+/g, "");
}
