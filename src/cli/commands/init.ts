import { linkSync, lstatSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { VendorDescriptor } from "../../core/vendor/vendor-descriptor.ts";
import { type Command, describeCancel, type ParsedFlags, type Terminal } from "../command.ts";
import { suggest } from "../flags.ts";
import { BIN } from "../help.ts";
import { renderMappingTemplate } from "../input/mapping-template.ts";
import { toVisible } from "../report/visible.ts";
import { enumerate } from "../report/words.ts";
import { printMessage } from "../terminal/messages.ts";
import { type Layout, wrap } from "../terminal/wrap.ts";
import { UnusableInput } from "../unusable-input.ts";
import { KNOWN_VENDORS, VENDOR_NAMES } from "../vendors/known-vendors.ts";

const DEFAULT_FILE = "mapping.yaml";

/** Writes a mapping file to fill in. */
export const initCommand: Command = {
  name: "init",
  summary: "write a mapping file to fill in; comments say what is where",
  usage: "--vendor <vendor>",
  notes: [
    "Exit code 0: the file is written. 1: you cancelled it. 2: unusable input, such as a file that exists already.",
    "In a terminal it asks for the vendors where none is given. A file that exists is never replaced.",
    "check says what is still to be filled in.",
  ],
  flags: {
    vendor: {
      type: "string",
      multiple: true,
      choices: VENDOR_NAMES,
      help: "A vendor that the file is for. May be repeated.",
    },
    out: { type: "string", value: "file", help: `The file to write, YAML. Default: ${DEFAULT_FILE}.` },
  },
  operands: [],
  examples: [
    { run: "init --vendor passport", does: "one vendor" },
    { run: "init --vendor passport --vendor hotspot --out fundy.yaml", does: "two, in a file of that name" },
  ],
  async run(flags, terminal) {
    if (flags.operands.length > 0)
      throw new UnusableInput("init takes flags only. Name the file with --out.");
    const file = flags.text("out") ?? DEFAULT_FILE;
    if (!/\.ya?ml$/i.test(file))
      throw new UnusableInput("--out must end in .yaml or .yml: the file is YAML.");
    assertAbsent(file);
    const names = await chooseVendors(flags, terminal);
    if (names === undefined) {
      printMessage(terminal, `init: ${describeCancel(terminal.signal)}`);
      return 1;
    }
    const vendors = findVendors(names);
    writeNew(file, renderMappingTemplate(vendors));
    terminal.print(describeNext(file, vendors, terminal.output));
    return 0;
  },
};

/** The names that were given, or typed in a terminal; `undefined` when the command was cancelled. */
async function chooseVendors(flags: ParsedFlags, terminal: Terminal): Promise<readonly string[] | undefined> {
  const given = flags.texts("vendor");
  if (given.length > 0) return given;
  if (terminal.input === "terminal") {
    const question = `For which vendors? ${VENDOR_NAMES.join(", ")}; several with commas between them: `;
    const answer = await terminal.ask(wrap(question, terminal.errors), terminal.signal);
    if (terminal.signal.aborted) return undefined;
    const typed = (answer ?? "").split(/[\s,;]+/).filter((name) => name !== "");
    if (typed.length > 0) return typed;
  }
  throw new UnusableInput(
    `Say which vendors the file is for: --vendor with ${VENDOR_NAMES.join(", ")}; may be repeated.`,
  );
}

/** The vendors of these names, each once, in the order in which they are always shown. */
function findVendors(names: readonly string[]): VendorDescriptor[] {
  const meant = names.map((name) => name.toLowerCase());
  const unknown = meant.filter((name) => !VENDOR_NAMES.includes(name));
  if (unknown.length > 0) {
    const near = suggest(unknown[0] ?? "", VENDOR_NAMES);
    const hint = near === undefined ? "" : ` Did you mean ${near}?`;
    throw new UnusableInput(`A vendor must be one of ${VENDOR_NAMES.join(", ")}.${hint}`);
  }
  return KNOWN_VENDORS.filter(({ name }) => meant.includes(name));
}

function describeNext(file: string, vendors: readonly VendorDescriptor[], screen: Layout): string {
  const titles = enumerate(vendors.map(({ setup }) => setup.title));
  const argument = /^[\w./:\\-]+$/.test(file) ? file : `"${file}"`;
  const next = 'Fill in each "<fill in: …>"; the comment above it says where to find the value. Then run:';
  return `${wrap(toVisible(`${file} is written, for ${titles}.`), screen)}
${wrap(next, screen)}

  ${BIN} check ${toVisible(argument)}
`;
}

/** A link that leads nowhere is a file, too: what it was meant for is not known. */
function assertAbsent(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false }) === undefined) return;
  throw existing(file);
}

/** Writes a file that does not exist yet: the whole of it, or nothing. */
function writeNew(file: string, text: string): void {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(dirname(resolve(file)), ".init-"));
    const draft = join(folder, basename(file));
    writeFileSync(draft, text, { flush: true });
    publish(draft, file);
  } catch (error) {
    if (error instanceof UnusableInput) throw error;
    throw codeOf(error) === "EEXIST" ? existing(file) : unwritable(file, error);
  } finally {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** A link fails where the file has come to exist in the meantime; a rename would replace it. */
function publish(draft: string, file: string): void {
  try {
    linkSync(draft, file);
  } catch (error) {
    if (codeOf(error) === "EEXIST") throw error;
    // Not every file system has links.
    assertAbsent(file);
    renameSync(draft, file);
  }
}

function existing(file: string): UnusableInput {
  const message = "exists already, and is left as it is. Give the new file another name with --out.";
  return new UnusableInput([{ place: { file }, message }]);
}

function unwritable(file: string, error: unknown): UnusableInput {
  return new UnusableInput([
    { place: { file }, message: `cannot be written (${codeOf(error) ?? "unknown"}).` },
  ]);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
