import type { Screen } from "../command.ts";
import { paint } from "../terminal/paint.ts";
import { keepTogether, wrap } from "../terminal/wrap.ts";
import { renderComparison } from "./name-rows.ts";
import type { Report, ReportGroup, ReportItem, ReportSection } from "./report.ts";
import { renderVerdict } from "./verdict.ts";
import { toVisible } from "./visible.ts";

/** A report for a terminal. The last line says how it stands: it is what is in sight when the command has ended. */
export function renderText({ kind, title, verdict, facts, sections }: Report, screen: Screen): string {
  const head = [`${kind}: ${title}`, ...facts.map(({ label, value }) => `${label}: ${value}`)].map((line) =>
    layOut(line, screen, { hang: "  " }),
  );
  return `${[
    head.join("\n"),
    ...sections.map((section) => renderSection(section, screen)),
    renderVerdict(verdict, { screen, of: kind }),
  ].join("\n\n")}\n`;
}

function renderSection({ heading, id, verdict, note, facts, groups }: ReportSection, screen: Screen): string {
  const lines = [renderVerdict(verdict, { screen, of: heading === id ? heading : `${heading} (${id})` })];
  const numbers = facts.map(({ label, value }) => keepTogether(toVisible(`${label.toLowerCase()} ${value}`)));
  if (numbers.length > 0) lines.push(wrap(numbers.join(", "), { width: screen.width, indent: "  " }));
  if (note !== undefined && note !== "") lines.push(layOut(note, screen, { indent: "  " }));
  return [lines.join("\n"), ...groups.flatMap((group) => renderGroup(group, screen))].join("\n\n");
}

function renderGroup({ heading, items }: ReportGroup, screen: Screen): string[] {
  if (items.length === 0) return [];
  return [
    ...(heading === undefined ? [] : [layOut(heading, screen, { indent: "  " })]),
    ...items.map((item) => renderItem(item, screen)),
  ];
}

function renderItem(item: ReportItem, screen: Screen): string {
  const { message, notes = [], comparison, action, letter } = item;
  return [
    renderTitle(item, screen),
    layOut(message, screen, { indent: "    " }),
    ...notes.map((note) => layOut(note, screen, { indent: "    - ", hang: "      " })),
    ...(comparison === undefined ? [] : renderComparison(comparison, screen)),
    ...(action === undefined ? [] : [layOut(action, screen, { indent: "    > ", hang: "      " })]),
    ...(letter === undefined ? [] : letter.split("\n").map((line) => renderLetterLine(line, screen))),
  ].join("\n");
}

/** `error name_differs - Lot 102 (lot-102), mapping.yaml:17:5` */
function renderTitle({ mark, label, code, subject, places }: ReportItem, screen: Screen): string {
  const word = paint(keepTogether(toVisible(label)), mark, screen);
  const about = subject === undefined ? "" : ` - ${keepTogether(toVisible(subject.name))}`;
  const id = subject?.id === undefined ? "" : ` (${toVisible(subject.id)})`;
  const where = places.length === 0 ? "" : `, ${places.map(toVisible).join(" and ")}`;
  return wrap(`${word}${code === undefined ? "" : ` ${toVisible(code)}`}${about}${id}${where}`, {
    width: screen.width,
    indent: "  ",
    hang: "      ",
  });
}

/** A line of a text to send. Further lines begin where it does, behind the spaces or the dash of a list. */
function renderLetterLine(line: string, screen: Screen): string {
  const [start = ""] = /^ *(?:- )?/.exec(line) ?? [];
  const layout = { indent: `    | ${start}`, hang: `    | ${" ".repeat(start.length)}` };
  return layOut(line.slice(start.length), screen, layout).trimEnd();
}

/** Text from files and vendors, on lines that fit. */
function layOut(
  text: string,
  { width }: Screen,
  indents: { readonly indent?: string; readonly hang?: string },
): string {
  return wrap(toVisible(text), { width, ...indents });
}
