import type { Comparison, NamePiece, Report, ReportGroup, ReportItem, ReportSection } from "./report.ts";
import { toVisible } from "./visible.ts";

/** A report for a terminal. */
export function renderText({ kind, title, verdict, facts, sections }: Report): string {
  const head = [
    `${kind}: ${title}`,
    verdict.text,
    ...facts.map(({ label, value }) => `${label}: ${value}`),
  ].map(toVisible);
  return `${[head.join("\n"), ...sections.map(renderSection)].join("\n\n")}\n`;
}

function renderSection({ heading, id, verdict, note, facts, groups }: ReportSection): string {
  const lines = [
    toVisible(heading === id ? `${heading}: ${verdict.text}` : `${heading} (${id}): ${verdict.text}`),
    ...(facts.length === 0
      ? []
      : [`  ${facts.map(({ label, value }) => toVisible(`${label.toLowerCase()} ${value}`)).join(", ")}`]),
  ];
  if (note !== undefined && note !== "") lines.push(`  ${toVisible(note)}`);
  return [lines.join("\n"), ...groups.flatMap(renderGroup)].join("\n\n");
}

function renderGroup({ heading, items }: ReportGroup): string[] {
  if (items.length === 0) return [];
  return [...(heading === undefined ? [] : [`  ${toVisible(heading)}`]), ...items.map(renderItem)];
}

function renderItem({
  label,
  code,
  subject,
  message,
  notes = [],
  comparison,
  action,
  letter,
  places,
}: ReportItem): string {
  const about =
    subject === undefined ? "" : ` - ${subject.name}${subject.id === undefined ? "" : ` (${subject.id})`}`;
  const title = [label, code].filter((part) => part !== undefined).join(" ");
  const where = places.length === 0 ? "" : `, ${places.join(" and ")}`;
  return [
    `  ${toVisible(`${title}${about}${where}`)}`,
    `    ${toVisible(message)}`,
    ...notes.map((note) => `    - ${toVisible(note)}`),
    ...(comparison === undefined ? [] : renderComparison(comparison)),
    ...(action === undefined ? [] : [`    > ${toVisible(action)}`]),
    ...(letter === undefined ? [] : letter.split("\n").map((line) => `    | ${toVisible(line)}`.trimEnd())),
  ].join("\n");
}

function renderComparison({ expected, actual, note }: Comparison): string[] {
  const rows = [
    ["expected", expected],
    ["found   ", actual],
  ] as const;
  return [
    ...rows.flatMap(([label, pieces]) => {
      const marker = underline(pieces);
      return [
        `      ${label}  ${pieces.map(showPiece).join("")}`,
        ...(marker === "" ? [] : [`                ${marker}`]),
      ];
    }),
    `      ${note}`,
  ];
}

function underline(pieces: readonly NamePiece[]): string {
  const at = pieces.findIndex(({ here }) => here);
  const here = pieces[at];
  if (here === undefined) return "";
  const before = pieces.slice(0, at).map(showPiece).join("");
  return `${" ".repeat([...before].length)}${"^".repeat([...showPiece(here)].length)}`;
}

function showPiece({ kind, text }: NamePiece): string {
  return kind === "hidden" ? `[${text}]` : text;
}
