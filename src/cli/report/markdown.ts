import type { NamePiece, Report, ReportGroup, ReportItem, ReportSection } from "./report.ts";
import { toVisible } from "./visible.ts";

/** A report for tickets, mails and wikis: CommonMark without any HTML. */
export function renderMarkdown({ kind, title, verdict, facts, sections }: Report): string {
  const head = [
    `# ${escapeMarkdown(`${kind}: ${title}`)}`,
    `**${escapeMarkdown(verdict.text)}**`,
    ...(facts.length === 0
      ? []
      : [facts.map(({ label, value }) => `- ${escapeMarkdown(`${label}: ${value}`)}`).join("\n")]),
  ];
  return `${[...head, ...sections.map(renderSection)].join("\n\n")}\n`;
}

function renderSection({ heading, id, verdict, note, facts, groups }: ReportSection): string {
  return [
    `## ${escapeMarkdown(`${heading} (${id})`)}`,
    escapeMarkdown(
      [verdict.text, ...facts.map(({ label, value }) => `${label.toLowerCase()} ${value}`)].join("; "),
    ),
    ...(note === undefined || note === "" ? [] : [escapeMarkdown(note)]),
    ...groups.flatMap(renderGroup),
  ].join("\n\n");
}

function renderGroup({ heading, items }: ReportGroup): string[] {
  if (items.length === 0) return [];
  const level = heading === undefined ? "###" : "####";
  const title = heading === undefined ? [] : [`### ${escapeMarkdown(heading)}`];
  return [...title, ...items.map((item) => renderItem(item, level))];
}

function renderItem(
  { label, code, subject, message, notes = [], comparison, action, letter, places }: ReportItem,
  level: string,
): string {
  const about = subject === undefined ? "" : `: ${escapeMarkdown(subject.name)}`;
  const id = subject?.id === undefined ? "" : ` (${escapeMarkdown(subject.id)})`;
  return [
    `${level} ${escapeMarkdown(label)}${code === undefined ? "" : ` ${toCodeSpan(code)}`}${about}${id}`,
    escapeMarkdown(message),
    ...(notes.length === 0 ? [] : [notes.map((note) => `- ${escapeMarkdown(note)}`).join("\n")]),
    ...(comparison === undefined
      ? []
      : [
          [
            `- Expected: ${renderName(comparison.expected)}`,
            `- Found: ${renderName(comparison.actual)}`,
            `- ${escapeMarkdown(comparison.note)}`,
          ].join("\n"),
        ]),
    ...(action === undefined ? [] : [`**What to do:** ${escapeMarkdown(action)}`]),
    ...(letter === undefined
      ? []
      : [
          letter
            .split("\n")
            .map((line) => `> ${escapeMarkdown(line)}`.trimEnd())
            .join("\n>\n"),
        ]),
    ...(places.length === 0 ? [] : [`At ${places.map(escapeMarkdown).join(" and ")}`]),
  ].join("\n\n");
}

function renderName(pieces: readonly NamePiece[]): string {
  return toCodeSpan(pieces.map(({ kind, text }) => (kind === "hidden" ? `[${text}]` : text)).join(""));
}

/** A name between as many backticks as keep it together; nothing in it is obeyed. */
function toCodeSpan(text: string): string {
  if (text === "") return "nothing";
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  const padding = /^[` ]|[` ]$/.test(text) ? " " : "";
  return `${fence}${padding}${text}${padding}${fence}`;
}

/**
 * Text that markdown shows as it is: no emphasis, no HTML, no list or heading at its start, and no link or mention
 * that a wiki makes of an address.
 */
export function escapeMarkdown(text: string): string {
  return toVisible(text)
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/[\\`*_[\]|~!$]/g, "\\$&")
    .replace(/^(\s*)([-+#=])/, "$1\\$2")
    .replace(/^(\s*\d+)([.)])/, "$1\\$2")
    .replace(/@/g, "&#64;")
    .replace(/:\/\//g, "&#58;//")
    .replace(/www\./gi, (start) => `${start.slice(0, 3)}&#46;`);
}
