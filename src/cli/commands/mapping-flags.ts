import type { VendorList } from "../../core/vendor/vendor-list.ts";
import type { FlagDefinition, FlagDefinitions, ParsedFlags, Terminal } from "../command.ts";
import { choose } from "../flags.ts";
import { findProviders, type MappedProvider } from "../input/mapped-providers.ts";
import type { MappingFile } from "../input/mapping-file.ts";
import { readMappingTable } from "../input/mapping-table.ts";
import { readMappingTree } from "../input/mapping-tree.ts";
import { ENCODINGS, readTextFile } from "../input/read-file.ts";
import { printMessage, printWarning } from "../terminal/messages.ts";
import { type Problem, showProblem, UnusableInput } from "../unusable-input.ts";
import { type EntryList, KNOWN_VENDORS, VENDOR_NAMES } from "../vendors/known-vendors.ts";
import { readListFile } from "../vendors/read-list-file.ts";

const LISTS: readonly VendorList[] = KNOWN_VENDORS.map(({ list }) => list);

const toListFlag = (help: string): FlagDefinition => ({ type: "string", value: "file", isInput: true, help });

/** The lists whose columns `--column` can name, and what it can name of them. */
const LISTS_OF_NAMED_COLUMNS = LISTS.filter(({ namedColumns }) => namedColumns === true);
const NAMED_FLAGS = LISTS_OF_NAMED_COLUMNS.map(({ flag }) => `--${flag}`).join(" or ");
const COLUMN_KEYS = [
  ...new Set(LISTS_OF_NAMED_COLUMNS.flatMap(({ fields }) => fields.map(({ key }) => key))),
];

const WITH_CODES = KNOWN_VENDORS.filter(({ hasCompanyCodes }) => hasCompanyCodes === true)
  .map(({ title }) => title)
  .join(" or ");

/** Flags of every command that reads a mapping file. */
export const MAPPING_FLAGS: FlagDefinitions = {
  vendor: {
    type: "string",
    multiple: true,
    choices: VENDOR_NAMES,
    help: "Only this vendor, or the provider of this id. May be repeated. Default: all in the file.",
  },
  ...Object.fromEntries(LISTS.map(({ flag, help }) => [flag, toListFlag(help)])),
  column: {
    type: "string",
    multiple: true,
    value: "key=header",
    help: `How a column of ${NAMED_FLAGS} is called; keys: ${COLUMN_KEYS.join(", ")}. May be repeated.`,
  },
  company: { type: "string", value: "name", help: "Name of the company, where the mapping file is a CSV." },
  "company-code": {
    type: "string",
    value: "code",
    help: `${WITH_CODES}'s code for it, where the mapping file is a CSV.`,
  },
  encoding: {
    type: "string",
    choices: ENCODINGS,
    help: "Encoding of the files that are neither UTF-8 nor have a byte order mark. Default: those are refused.",
  },
};

/** A mapping file and the vendors' lists, read as the flags say. */
export interface MappingInputs {
  readonly mapping: MappingFile;
  readonly providers: readonly MappedProvider[];
  /** What was read of all the files, and may be meant otherwise. */
  readonly warnings: readonly Problem[];
}

/** Prints the warnings of the files, for a command whose report does not hold them. */
export function printWarnings({ warnings }: MappingInputs, terminal: Terminal): void {
  for (const warning of warnings.slice(0, SHOWN_WARNINGS)) {
    printWarning(terminal, showProblem(warning));
  }
  const rest = warnings.length - SHOWN_WARNINGS;
  if (rest > 0) printMessage(terminal, `and ${rest} more warnings`);
}

// With more, the first ones would scroll out of sight.
const SHOWN_WARNINGS = 50;

/**
 * Reads a mapping file by the end of its name, `.csv` and `.tsv` as tables, `.json` as JSON, the rest as YAML, and the lists.
 *
 * @throws UnusableInput with everything in one of the files that cannot be used
 */
export function readMappingInputs(file: string, flags: ParsedFlags): MappingInputs {
  const encoding = choose(flags, "encoding", ENCODINGS);
  const columns = readColumns(flags);
  const company = { name: flags.text("company"), code: flags.text("company-code") };
  const text = readTextFile(file, encoding);
  const mapping = /\.(csv|tsv)$/i.test(file) ? readMappingTable(text, company) : readMappingTree(text);
  const providers = findProviders(mapping, flags.texts("vendor"));
  const lists = new Map<string, EntryList>();
  for (const list of LISTS) {
    const { flag, namedColumns } = list;
    const name = flags.text(flag);
    if (name === undefined) continue;
    requireTaker(flag, providers);
    const named = namedColumns === true ? columns : new Map<string, string>();
    lists.set(flag, readListFile(readTextFile(name, encoding), list, named));
  }
  const warnings = [
    ...mapping.warnings,
    ...providers.flatMap((provider) => provider.warnings),
    ...Array.from(lists.values(), (list) => list.warnings ?? []).flat(),
  ];
  return {
    mapping,
    providers: providers.map((provider) => {
      const list = lists.get(provider.vendor.list.flag);
      return list === undefined ? provider : { ...provider, facts: { ...provider.facts, list } };
    }),
    warnings,
  };
}

/** @throws UnusableInput unless exactly one provider can use the list, and has none of its own */
function requireTaker(flag: string, providers: readonly MappedProvider[]): void {
  const takers = providers.filter(({ vendor }) => vendor.list.flag === flag);
  if (takers.length === 0) {
    throw new UnusableInput(
      `--${flag} is given, but no provider of its vendor is switched on in the mapping file.`,
    );
  }
  if (takers.length > 1) {
    throw new UnusableInput(
      `--${flag} is given for ${takers.length} providers; say which one with --vendor.`,
    );
  }
  if (takers[0]?.facts.list !== undefined) {
    throw new UnusableInput(
      `--${flag} is given, and the mapping file holds such a list too. Leave one of them out.`,
    );
  }
}

function readColumns(flags: ParsedFlags): ReadonlyMap<string, string> {
  const choices = flags.texts("column").map((choice) => {
    const [key = "", header] = [choice.slice(0, choice.indexOf("=")), choice.split("=").slice(1).join("=")];
    if (!COLUMN_KEYS.includes(key) || header === "") {
      throw new UnusableInput(`--column must be a key, = and a header; keys: ${COLUMN_KEYS.join(", ")}.`);
    }
    return [key, header] as const;
  });
  if (choices.length > 0 && !LISTS_OF_NAMED_COLUMNS.some(({ flag }) => flags.isSet(flag))) {
    throw new UnusableInput(`--column names columns of ${NAMED_FLAGS}, which is not given.`);
  }
  return new Map(choices);
}
