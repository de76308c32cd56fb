import { createHash } from "node:crypto";
import { byUrgency, renderGroup } from "./html-items.ts";
import { HTML_STYLE } from "./html-style.ts";
import { escapeHtml, renderLine } from "./html-text.ts";
import type { Fact, Report, ReportSection, Verdict } from "./report.ts";

/**
 * A report as one page that needs nothing else: no script, no picture, no address. Names come from files and vendors,
 * so all text is escaped, and the page's own policy forbids everything but its one style. What is to be done comes first;
 * what is in order is folded.
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
${byUrgency(sections, ({ verdict: { mark } }) => mark)
  .map(renderSection)
  .join("\n")}
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
