import { splitVisible, toVisible } from "./visible.ts";

/** Text with what cannot be seen set apart. Names in other scripts keep their direction to themselves. */
export function renderLine(text: string): string {
  const shown = splitVisible(text).map((piece) =>
    piece.kind === "hidden" ? renderHidden(piece.text) : escapeHtml(piece.text),
  );
  return /[\u0590-\u08FF\uFB1D-\uFEFC]/.test(text) ? `<bdi>${shown.join("")}</bdi>` : shown.join("");
}

/** The code point of a character that cannot be seen, set apart from what was typed. */
export function renderHidden(codePoint: string): string {
  return `<span class="hidden">${escapeHtml(codePoint)}</span>`;
}

/** Text that a browser shows as it is, in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return toVisible(text).replace(/[&<>"']/g, (character) => REFERENCES[character] ?? "");
}

const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
