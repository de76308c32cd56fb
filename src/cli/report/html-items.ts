import { groupBy } from "../../core/mapping/group-by.ts";
import { escapeHtml, renderHidden, renderLine } from "./html-text.ts";
import type { Comparison, Mark, NamePiece, ReportGroup, ReportItem } from "./report.ts";

const URGENCY: readonly Mark[] = ["bad", "attention", "open", "good"];

/** What will not work first, then what a person should look at, what is not known yet, and what is in order. */
export function byUrgency<Value>(values: readonly Value[], markOf: (value: Value) => Mark): Value[] {
  return URGENCY.flatMap((mark) => values.filter((value) => markOf(value) === mark));
}

/**
 * The items of a group: what is to be done, open, and what is in order, folded behind its number. The same mistake at
 * several places is one table.
 */
export function renderGroup({ heading, items }: ReportGroup): string {
  if (items.length === 0) return "";
  const level = heading === undefined ? 3 : 4;
  const title = heading === undefined ? "" : `<h3 class="group">${renderLine(heading)}</h3>\n`;
  const inOrder = items.filter(({ mark }) => mark === "good");
  const others = byUrgency(
    items.filter(({ mark }) => mark !== "good"),
    ({ mark }) => mark,
  );
  const open = others.length === 0 ? "" : renderList(others, level);
  const folded =
    inOrder.length === 0
      ? ""
      : `<details class="done"><summary>${inOrder.length} in order</summary>\n${renderList(inOrder, level)}\n</details>`;
  return `${title}${[open, folded].filter((part) => part !== "").join("\n")}`;
}

function renderList(items: readonly ReportItem[], level: 3 | 4): string {
  const kinds = groupBy(items, kindOf);
  const rendered = items.map((item) => {
    const alike = kinds.get(kindOf(item));
    if (alike.length === 1 || !fitsTable(item)) return renderItem(item, level);
    // The table stands in the place of the first of them.
    return alike[0] === item ? renderTable(alike) : "";
  });
  return `<ol>\n${rendered.filter((part) => part !== "").join("\n")}\n</ol>`;
}

/** What items of one table have in common. Those that fit no table are a kind of their own. */
function kindOf(item: ReportItem): string {
  return [fitsTable(item), item.mark, item.label, item.code ?? ""].join("\n");
}

/** A letter or a list of notes fits no row. */
function fitsTable({ letter, notes = [] }: ReportItem): boolean {
  return letter === undefined && notes.length === 0;
}

function renderItem(item: ReportItem, level: 3 | 4): string {
  const { mark, subject, message, notes = [], comparison, action, letter, places } = item;
  return [
    `<li class="item ${mark}">`,
    renderLabel(item),
    subject === undefined ? "" : `<h${level} class="subject">${renderSubject(subject)}</h${level}>`,
    `<p class="message">${renderLine(message)}</p>`,
    notes.length === 0
      ? ""
      : `<ul class="notes">${notes.map((note) => `<li>${renderLine(note)}</li>`).join("")}</ul>`,
    comparison === undefined ? "" : renderComparison(comparison),
    action === undefined ? "" : renderAction(action),
    letter === undefined
      ? ""
      : `<details class="sending"><summary>E-mail, ready to send</summary><pre class="letter">${letter.split("\n").map(renderLine).join("\n")}</pre></details>`,
    renderPlaces(places),
    "</li>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

/** One mistake at several places. What to do stands below the table where it is the same for all. */
function renderTable(items: readonly ReportItem[]): string {
  const [first] = items;
  if (first === undefined) return "";
  const actions = new Set(items.map(({ action }) => action));
  const shared = actions.size === 1 ? first.action : undefined;
  const rows = items.map(({ subject, message, comparison, action, places }) => {
    const cell = [
      `<p class="message">${renderLine(message)}</p>`,
      comparison === undefined ? "" : renderComparison(comparison),
      action === undefined || shared !== undefined ? "" : renderAction(action),
      renderPlaces(places),
    ].filter((part) => part !== "");
    const name = subject === undefined ? "" : renderSubject(subject);
    return `<tr><th scope="row">${name}</th><td>${cell.join("\n")}</td></tr>`;
  });
  return [
    `<li class="item ${first.mark}">`,
    renderLabel(first, ` × ${items.length}`),
    `<table>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`,
    shared === undefined ? "" : renderAction(shared),
    "</li>",
  ]
    .filter((part) => part !== "")
    .join("\n");
}

function renderLabel({ label, code }: ReportItem, times = ""): string {
  const ofProgram = code === undefined ? "" : `<span class="code">${renderLine(code)}</span>`;
  return `<p class="label"><span class="mark">${renderLine(`${label}${times}`)}</span>${ofProgram}</p>`;
}

function renderSubject({ name, id }: NonNullable<ReportItem["subject"]>): string {
  return id === undefined
    ? renderLine(name)
    : `${renderLine(name)} <span class="id">${renderLine(id)}</span>`;
}

function renderAction(action: string): string {
  return `<p class="action"><b>What to do</b>${renderLine(action)}</p>`;
}

function renderPlaces(places: readonly string[]): string {
  return places.length === 0 ? "" : `<p class="place">${places.map(renderLine).join(" · ")}</p>`;
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
