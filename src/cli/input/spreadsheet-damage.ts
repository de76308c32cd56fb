import { showName } from "../../core/names/visible-name.ts";
import type { Problem } from "../unusable-input.ts";
import type { CsvTable } from "./csv-table.ts";

/**
 * What a text is for. `id`: compared as it is, so that damage makes another id of it. `ownId`: an id of the host, which
 * no validator compares, so that a space at its end is a problem of the file. `spotId`: an id that HotSpot writes in
 * digits, so that an exponent without a sign is damage too. `name`: free text, which may look like a number.
 */
export type TextUse = "id" | "ownId" | "spotId" | "name";

interface Damage {
  readonly pattern: RegExp;
  /** What the text is now. */
  readonly is: string;
  readonly remedy: string;
  /** In which texts it is damage. Absent: in ids of every kind, not in names. */
  readonly uses?: readonly TextUse[];
}

const AS_TEXT = "Make the column text in the spreadsheet, enter the id again and export again.";
const AGAIN = "Correct the cell in the spreadsheet and export again.";
const IDS: readonly TextUse[] = ["id", "ownId", "spotId"];
const EVERYWHERE: readonly TextUse[] = [...IDS, "name"];

const DAMAGES: readonly Damage[] = [
  {
    // In the languages of Excel: #N/A, #NV, #REF!, #BEZUG!, #VALEUR!, #NOM?, #¡REF!; LibreOffice has Err:502 as well.
    pattern: /^(?:#[¡¿]?\p{Lu}[\p{Lu}\d/_]*[!?]|#N\/[AD]|#NV|#GETTING_DATA|Err:5\d\d)$/u,
    is: "the error value of a formula",
    remedy: AGAIN,
    uses: EVERYWHERE,
  },
  {
    pattern: /^#{2,}$/,
    is: "what a spreadsheet shows where a column is too narrow",
    remedy: "Make the column wider and export again.",
    uses: EVERYWHERE,
  },
  {
    pattern: /^[+-]?\d+(?:(?:[.,]\d+)?e[+-]\d+|[.,]\d+e\d+)$/i,
    is: "a number with an exponent",
    remedy: AS_TEXT,
  },
  {
    pattern: /^\d+e\d+$/i,
    is: "a number with an exponent",
    remedy: AS_TEXT,
    uses: ["spotId"],
  },
  {
    // Comma, full stop, apostrophes, and the spaces of several languages; India groups by two.
    pattern:
      /^[+-]?(?:\d{1,3}(?:([.,'’\u0020\u00A0\u2009\u202F])\d{3})(?:\1\d{3})*|\d{1,2}(?:,\d{2})+,\d{3})(?:[.,]\d+)?$/,
    is: "a number with thousands separators",
    remedy: AS_TEXT,
  },
  { pattern: /^[+-]?\d+[.,]0+$/, is: "a number with decimals", remedy: AS_TEXT },
  { pattern: /^=/, is: "a formula", remedy: AS_TEXT },
  {
    pattern: /^['’‘`´]/,
    is: "marked as text by an apostrophe in front",
    remedy: "Remove the apostrophe.",
  },
];

/**
 * How a spreadsheet, or a space at an end, has damaged a text, and what to do about it; `undefined` when the text shows
 * no damage. Zeros lost in front cannot be seen in one text.
 *
 * @param what whose text it is, to begin the sentence with
 */
export function describeDamage(text: string, use: TextUse, what: string): string | undefined {
  const bare = text.trim();
  const damage = DAMAGES.find(({ pattern, uses = IDS }) => uses.includes(use) && pattern.test(bare));
  if (damage !== undefined) {
    return `${what}: "${showName(bare)}" was damaged by a spreadsheet; it is ${damage.is}. ${damage.remedy}`;
  }
  if (use !== "ownId" || bare === text || bare === "") return undefined;
  const where = text.trimEnd() === text ? "begins with" : "ends in";
  return `${what}: "${showName(text)}" ${where} a space; remove it.`;
}

/** Every cell of a table that a spreadsheet has damaged. `uses`: what the columns are for, by their headers. */
export function findDamagedCells(table: CsvTable, uses: ReadonlyMap<string, TextUse>): Problem[] {
  const columns = [...uses];
  return table.rows.flatMap((row) =>
    columns.flatMap(([header, use]) => {
      const message = describeDamage(row.cell(header), use, header);
      return message === undefined ? [] : [{ place: row.placeOf(header), message }];
    }),
  );
}
