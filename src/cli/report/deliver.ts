import { accessSync, constants, existsSync, statSync, writeFileSync } from "node:fs";
import { dirname, extname, resolve } from "node:path";
import type { FlagDefinitions, ParsedFlags, Terminal } from "../command.ts";
import { choose } from "../flags.ts";

import { isSameFile } from "../same-file.ts";
import { UnusableInput } from "../unusable-input.ts";
import { FORMATS, type Format, render } from "./render.ts";
import type { Report } from "./report.ts";
import { toVisible } from "./visible.ts";

/** Flags of every command that gives a report. */
export const REPORT_FLAGS: FlagDefinitions = {
  format: {
    type: "string",
    value: FORMATS.join("|"),
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
      const text = render(format, report, json);
      if (out === undefined) return terminal.print(text);
      try {
        writeFileSync(out, text);
      } catch (error) {
        throw unwritable(out, error);
      }
      terminal.print(
        toVisible(`${report.kind}: ${report.verdict.text}. The report is in ${out}.`).concat("\n"),
      );
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
