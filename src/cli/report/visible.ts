import { codePointOf } from "../../core/names/visible-name.ts";

// What a person cannot see, and what a terminal or a browser would obey: controls, format characters (bidirectional
// marks among them), lone surrogates, combining marks, fillers, and every space but U+0020. An ordinary space in a
// sentence stays: a name was made visible before it came into one.
const HIDDEN = /[\p{C}\p{M}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Z}/gu;

/** Text for one line of a report: everything that cannot be seen stands as its code point, `Lot[U+00A0]A`. */
export function toVisible(text: string): string {
  return text.replace(HIDDEN, (character) => `[${codePointOf(character)}]`);
}

/** A piece of visible text: plain, or the code point of a character that cannot be seen. */
export interface VisiblePiece {
  readonly kind: "text" | "hidden";
  readonly text: string;
}

/** Visible text in pieces, so that `[U+00A0]` can be set apart from what was typed. */
export function splitVisible(text: string): VisiblePiece[] {
  return toVisible(text)
    .split(/(\[U\+[0-9A-F]{4,6}\])/)
    .filter((piece) => piece !== "")
    .map((piece) =>
      /^\[U\+[0-9A-F]{4,6}\]$/.test(piece)
        ? { kind: "hidden", text: piece.slice(1, -1) }
        : { kind: "text", text: piece },
    );
}

// What cannot be seen is written as an escape: the same text to a program, and visible to a person.
const ESCAPED = /[\p{Cf}\p{Cc}\p{M}\u115F\u1160\u2800\u3164\uFFA0]|(?! )\p{Z}/gu;

/** A value as JSON, indented, one line break at its end. */
export function renderJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(ESCAPED, (character) => (character === "\n" ? character : toEscapes(character)))}\n`;
}

function toEscapes(character: string): string {
  const units = character.split("");
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
