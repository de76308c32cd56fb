import { createHash } from "node:crypto";
import { HTML_STYLE } from "./html-style.ts";
import type {
  Comparison,
  Fact,
  NamePiece,
  Report,
  ReportGroup,
  ReportItem,
  ReportSection,
  Verdict,
} from "./report.ts";
import { splitVisible, toVisible } from "./visible.ts";

/**
 * A report as one page that needs nothing else: no script, no picture, no address. Names come from files and vendors,
 * so all text is escaped, and the page's own policy forbids everything but its one style.
 */
export function renderHtml({ kind, title, verdict, facts, sections }: Report): string {
  const hash = createHash("sha256").update(HTML_STYLE).digest("base64");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'">
<meta name="robots" content="noindex">
<title>${escapeHtml(`${kind}: ${title}`)}</title>
<style>${HTML_STYLE}</style>
</head>
<body>
<main>
<header>
<p class="kind">${renderLine(kind)}</p>
<h1>${renderLine(title)}</h1>
${renderPill(verdict)}
${renderFacts(facts)}
</header>
${sections.map(renderSection).join("\n")}
</main>
</body>
</html>
`;
}

function renderSection({ heading, id, verdict, note, facts, groups }: ReportSection): string {
  return `<section>
<div class="heading"><h2>${renderLine(heading)} <span class="id">${renderLine(id)}</span></h2>${renderPill(verdict)}</div>
${renderFacts(facts)}
${note === undefined || note === "" ? "" : `<p class="note">${renderLine(note)}</p>`}
${groups.map(renderGroup).join("\n")}
</section>`;
}

function renderGroup({ heading, items }: ReportGroup): string {
  if (items.length === 0) return "";
  const level = heading === undefined ? 3 : 4;
  const title = heading === undefined ? "" : `<h3 class="group">${renderLine(heading)}</h3>\n`;
  return `${title}<ol>\n${items.map((item) => renderItem(item, level)).join("\n")}\n</ol>`;
}

function renderItem(item: ReportItem, level: 3 | 4): string {
  const { mark, label, code, subject, message, notes = [], comparison, action, letter, places } = item;
  const id = subject?.id === undefined ? "" : ` <span class="id">${renderLine(subject.id)}</span>`;
  return [
    `<li class="item ${mark}">`,
    `<p class="label"><span class="mark">${renderLine(label)}</span>${code === undefined ? "" : `<span class="code">${renderLine(code)}</span>`}</p>`,
    subject === undefined ? "" : `<h${level} class="subject">${renderLine(subject.name)}${id}</h${level}>`,
    `<p class="message">${renderLine(message)}</p>`,
    notes.length === 0
      ? ""
      : `<ul class="notes">${notes.map((note) => `<li>${renderLine(note)}</li>`).join("")}</ul>`,
    comparison === undefined ? "" : renderComparison(comparison),
    action === undefined ? "" : `<p class="action"><b>What to do</b>${renderLine(action)}</p>`,
    letter === undefined
      ? ""
      : `<p class="sending">Ready to send</p><pre class="letter">${letter.split("\n").map(renderLine).join("\n")}</pre>`,
    places.length === 0 ? "" : `<p class="place">${places.map(renderLine).join(" · ")}</p>`,
    "</li>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function renderComparison({ expected, actual, note }: Comparison): string {
  return `<div class="compare"><dl>
<div><dt>Expected</dt><dd>${expected.map(renderPiece).join("")}</dd></div>
<div><dt>Found</dt><dd>${actual.map(renderPiece).join("")}</dd></div>
</dl><p>${renderLine(note)}</p></div>`;
}

function renderPiece({ kind, text, here }: NamePiece): string {
  const shown = kind === "hidden" ? renderHidden(text) : escapeHtml(text);
  return here ? `<mark>${shown}</mark>` : shown;
}

function renderPill({ mark, text }: Verdict): string {
  return `<span class="pill ${mark}">${renderLine(text)}</span>`;
}

function renderFacts(facts: readonly Fact[]): string {
  if (facts.length === 0) return "";
  const rows = facts.map(
    ({ label, value }) => `<div><dt>${renderLine(label)}</dt><dd>${renderLine(value)}</dd></div>`,
  );
  return `<dl class="facts">${rows.join("")}</dl>`;
}

/** Text with what cannot be seen set apart. Names in other scripts keep their direction to themselves. */
function renderLine(text: string): string {
  const shown = splitVisible(text).map((piece) =>
    piece.kind === "hidden" ? renderHidden(piece.text) : escapeHtml(piece.text),
  );
  return /[\u0590-\u08FF\uFB1D-\uFEFC]/.test(text) ? `<bdi>${shown.join("")}</bdi>` : shown.join("");
}

function renderHidden(codePoint: string): string {
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
