import {
  accessSync,
  constants,
  existsSync,
  lstatSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, extname, join, resolve } from "node:path";
import type { FlagDefinitions, ParsedFlags, Screen, Terminal } from "../command.ts";
import { choose } from "../flags.ts";
import { USUAL_WIDTH } from "../terminal/screen.ts";
import { UnusableInput } from "../unusable-input.ts";
import { renderHtml } from "./html.ts";
import { renderMarkdown } from "./markdown.ts";
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
      try {
        writeFileSync(out, text);
      } catch (error) {
        throw unwritable(out, error);
      }
      const after = `. The report is in ${out}.`;
      terminal.print(`${renderVerdict(verdict, { screen: terminal.output, of: kind, after })}\n`);
    },
  };
}

/** Told before anything is done: what a command did must not be lost with a report that has no place. */
function assertWritable(out: string): void {
  try {
    if (!existsSync(out)) accessSync(dirname(resolve(out)), constants.W_OK);
    else if (statSync(out).isDirectory()) throw Object.assign(new Error(), { code: "EISDIR" });
    else accessSync(out, constants.W_OK);
  } catch (error) {
    throw unwritable(out, error);
  }
}

function unwritable(out: string, error: unknown): UnusableInput {
  const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
  return new UnusableInput([{ place: { file: out }, message: `cannot be written${code}.` }]);
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

/** Whether two paths lead to one file, through symbolic or hard links as well. The file need not exist yet. */
function isSameFile(one: string, other: string): boolean {
  if (toRealPath(one) === toRealPath(other)) return true;
  const [first, second] = [statOf(one), statOf(other)];
  return first !== undefined && second !== undefined && first.dev === second.dev && first.ino === second.ino;
}

// More links in a row than any system follows.
const MAX_LINKS = 40;

/** Where a path leads. Of a file that does not exist, its folder's path and its name; a link to it is followed. */
function toRealPath(path: string, linksLeft = MAX_LINKS): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    const folder = dirname(absolute);
    if (folder === absolute || linksLeft === 0) return absolute;
    const target = readLink(absolute);
    if (target !== undefined) return toRealPath(resolve(toRealPath(folder), target), linksLeft - 1);
    return join(toRealPath(folder, linksLeft), basename(absolute));
  }
}

function readLink(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

function statOf(path: string) {
  try {
    return statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}
