import { extname } from "node:path";
import type { FlagDefinitions, ParsedFlags, Screen, Terminal } from "../command.ts";
import { choose } from "../flags.ts";
import { USUAL_WIDTH } from "../terminal/screen.ts";
import { UnusableInput } from "../unusable-input.ts";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
import { assertWritable, isSameFile, writeWhole } from "./out-file.ts";
import type { Report } from "./report.ts";
import { renderText } from "./text.ts";
import { renderVerdict } from "./verdict.ts";
import { renderJson } from "./visible.ts";

/** Forms of a report. */
const FORMATS = ["text", "markdown", "html", "json"] as const;

type Format = (typeof FORMATS)[number];

/** Flags of every command that gives a report. */
export const REPORT_FLAGS: FlagDefinitions = {
  format: {
    type: "string",
    choices: FORMATS,
    help: "Form of the report. Default: what the name after --out ends in, else text.",
  },
  out: {
    type: "string",
    value: "file",
    help: "Write the report to this file, and one line to the terminal.",
  },
};

const ENDINGS: ReadonlyMap<string, Format> = new Map([
  [".html", "html"],
  [".htm", "html"],
  [".md", "markdown"],
  [".json", "json"],
  [".txt", "text"],
]);

/** Where a report goes, checked before anything is done. */
export interface Delivery {
  /** @param json the report for programs */
  deliver(report: Report, json: unknown): void;
}

/** @throws UnusableInput when the format is none, or the file is one that is read, or that cannot be written */
export function prepareDelivery(flags: ParsedFlags, terminal: Terminal, inputs: readonly string[]): Delivery {
  const out = flags.text("out");
  const format = choose(flags, "format", FORMATS) ?? ENDINGS.get(extname(out ?? "").toLowerCase()) ?? "text";
  const input = out === undefined ? undefined : inputs.find((name) => isSameFile(name, out));
  if (input !== undefined) {
    throw new UnusableInput(
      `--out names a file that is read, by its own name or through a link: ${input}. Give the report a name of its own.`,
    );
  }
  if (out !== undefined) assertWritable(out);
  return {
    deliver(report, json) {
      const { kind, verdict } = report;
      const text = render(format, { report, json, screen: out === undefined ? terminal.output : FILE });
      if (out === undefined) return terminal.print(text);
      writeWhole(out, text);
      const after = `. The report is in ${out}.`;
      terminal.print(`${renderVerdict(verdict, { screen: terminal.output, of: kind, after })}\n`);
    },
  };
}

/** A report in one of its forms. For JSON the report for people is passed over and `json` is written. */
function render(
  format: Format,
  { report, json, screen }: { report: Report; json: unknown; screen: Screen },
): string {
  if (format === "json") return renderJson(json);
  if (format === "html") return renderHtml(report);
  return format === "markdown" ? renderMarkdown(report) : renderText(report, screen);
}

/** What a report in a file is laid out for, wherever the command runs. */
const FILE: Screen = { width: USUAL_WIDTH, colours: false };
