import type { Screen } from "../command.ts";
import { type Colour, paint } from "../terminal/paint.ts";
import { columnsOf, wrap } from "../terminal/wrap.ts";
import type { Comparison, NamePiece } from "./report.ts";

const INDENT = " ".repeat(6);
const LABELS = { expected: "expected  ", found: "found     " } as const;

/**
 * Two names, one below the other, each with carets below the place where they begin to differ. Names that are wider than the
 * screen go on in further pairs of rows. Up to the difference both are broken at the same characters, so that equal ones stay one
 * below the other.
 */
export function renderComparison({ expected, actual, note }: Comparison, screen: Screen): string[] {
  const room = screen.width - INDENT.length - LABELS.found.length;
  const [first, second] = [toRows(expected, room), toRows(actual, room)];
  const pairs = Math.max(first.length, second.length);
  return [
    ...Array.from({ length: pairs }, (_, index) => [
      ...renderRow(first[index], "expected", screen),
      ...renderRow(second[index], "found", screen),
    ]).flat(),
    wrap(note, { width: screen.width, indent: INDENT }),
  ];
}

function renderRow(
  row: readonly NamePiece[] | undefined,
  label: Colour & keyof typeof LABELS,
  screen: Screen,
) {
  if (row === undefined) return [];
  const shown = row.map(({ text, here }) => (here ? paint(text, label, screen) : text)).join("");
  const at = row.findIndex(({ here }) => here);
  const here = row[at];
  const lines = [`${INDENT}${LABELS[label]}${shown}`];
  if (here !== undefined) {
    const before = columnsOf(
      row
        .slice(0, at)
        .map(({ text }) => text)
        .join(""),
    );
    const carets = "^".repeat(columnsOf(here.text));
    const margin = " ".repeat(INDENT.length + LABELS[label].length + before);
    lines.push(`${margin}${paint(carets, label, screen)}`);
  }
  return lines;
}

/** The pieces of a name in rows of at most so many columns. A character is not broken, nor is the code point of one. */
function toRows(pieces: readonly NamePiece[], room: number): NamePiece[][] {
  const rows: NamePiece[][] = [[]];
  let used = 0;
  for (const { kind, text, here } of pieces) {
    for (const part of kind === "hidden" ? [`[${text}]`] : text) {
      const columns = columnsOf(part);
      if (used > 0 && used + columns > room) {
        rows.push([]);
        used = 0;
      }
      const row = rows.at(-1);
      const last = row?.at(-1);
      if (last !== undefined && kind === "text" && last.kind === "text" && last.here === here) {
        row?.splice(-1, 1, { ...last, text: last.text + part });
      } else row?.push({ kind, text: part, here });
      used += columns;
    }
  }
  return rows;
}
