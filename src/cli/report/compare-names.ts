import type { NameDifference } from "../../core/names/rank-candidates.ts";
import { codePointOf, describeCharacter } from "../../core/names/visible-name.ts";
import type { Comparison, NamePiece } from "./report.ts";
import { splitVisible, type VisiblePiece } from "./visible.ts";

// Of a long name, a difference holds 60 characters before the place where it differs.
const SHOWN_BEFORE = 60;

/** Lays two names out for a person, the place where they begin to differ set apart. */
export function compareNames({ expected, actual, position, codePoints }: NameDifference): Comparison {
  return {
    expected: layOut(expected, position, codePoints.expected),
    actual: layOut(actual, position, codePoints.actual),
    note: `Position ${position}, counted from 0: ${describe(codePoints.actual)} where ${describe(codePoints.expected)} belongs.`,
  };
}

function describe(codePoint: string | undefined): string {
  if (codePoint === undefined) return describeCharacter(undefined);
  const character = String.fromCodePoint(Number.parseInt(codePoint.slice(2), 16));
  const described = describeCharacter(character);
  return described.includes(codePoint) ? described : `${described} (${codePoint})`;
}

function layOut(name: string, position: number, codePoint: string | undefined): NamePiece[] {
  const characters = splitVisible(name).flatMap(({ kind, text }): VisiblePiece[] =>
    kind === "hidden" ? [{ kind, text }] : Array.from(text, (character) => ({ kind, text: character })),
  );
  const isClipped = name.startsWith("…") && position > SHOWN_BEFORE;
  const index = isClipped ? SHOWN_BEFORE + 1 : position;
  const found = characters[index];
  // A name may hold "[U+00A0]" as plain text and so be counted wrongly: rather no highlight than one in a wrong place.
  const isSure =
    found !== undefined && codePoint === (found.kind === "hidden" ? found.text : codePointOf(found.text));
  return merge(characters.map((character, at) => ({ ...character, here: isSure && at === index })));
}

function merge(pieces: readonly NamePiece[]): NamePiece[] {
  const merged: NamePiece[] = [];
  for (const piece of pieces) {
    const last = merged.at(-1);
    if (last !== undefined && piece.kind === "text" && last.kind === "text" && !piece.here && !last.here) {
      merged[merged.length - 1] = { ...last, text: last.text + piece.text };
    } else merged.push(piece);
  }
  return merged;
}
