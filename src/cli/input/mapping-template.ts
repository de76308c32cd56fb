import type { MappingHints } from "../../core/vendor/mapping-hints.ts";
import type { VendorDescriptor, VendorSettingKind } from "../../core/vendor/vendor-descriptor.ts";
import type { VendorList, VendorListField } from "../../core/vendor/vendor-list.ts";
import { enumerate } from "../report/words.ts";
import type { Problem } from "../unusable-input.ts";
import type { TreeNode } from "./tree.ts";

/**
 * A mapping file in YAML for some vendors, with one location, each key under a comment that says where its value is found.
 * What must be given has a placeholder in quotation marks; keys that may be left out are comments without a space after #.
 */
export function renderMappingTemplate(vendors: readonly VendorDescriptor[]): string {
  const titles = enumerate(vendors.map(({ setup }) => setup.title));
  const lines = [
    ...comment(0, `The mapping of one customer: its company, its locations, and their names at ${titles}.`),
    "#",
    ...comment(
      0,
      `Replace each ${placeholder("…")} and keep the quotation marks: they keep zeros in front of a number, and a # in a name. "Equal to the letter" means capitals, spaces, hyphens and accents as well: copy, do not type.`,
    ),
    "#",
    ...comment(
      0,
      "A line with a # and no space after it is a key that you may need: remove the # to use it.",
    ),
    ...describeSecrets(vendors),
    "",
    ...companyLines(vendors),
    "",
    ...locationLines(vendors),
    "",
    "vendors:",
    ...vendors.flatMap(sectionLines),
  ];
  return `${lines.join("\n")}\n`;
}

/** The placeholders that are left in a mapping file, each by the path of its key. */
export function findPlaceholders(root: TreeNode): Problem[] {
  const problems: Problem[] = [];
  const visited = new Set<TreeNode>();
  const visit = (node: TreeNode, path: string): void => {
    // Aliases lead to one node many times.
    if (visited.has(node)) return;
    visited.add(node);
    if (node.kind === "list")
      for (const [index, item] of node.items.entries()) visit(item, `${path}[${index}]`);
    if (node.kind === "record") {
      for (const [key, { value }] of node.entries) visit(value, path === "" ? key : `${path}.${key}`);
    }
    if (node.kind !== "text" || !/^\s*<fill in: .*>\s*$/s.test(node.text)) return;
    const message = `${path} is still to be filled in; the comment above it says where the value is found.`;
    problems.push({ place: node.place, message });
  };
  visit(root, "");
  return problems;
}

function placeholder(what: string): string {
  return `"<fill in: ${what}>"`;
}

function describeSecrets(vendors: readonly VendorDescriptor[]): string[] {
  const variables = vendors.flatMap(({ credentials }) => credentials.map(({ variable }) => variable));
  const where = variables.length === 0 ? "" : `: ${enumerate(variables)}`;
  return [
    "#",
    ...comment(0, `No secret belongs in this file. The commands read them from the environment${where}.`),
  ];
}

function companyLines(vendors: readonly VendorDescriptor[]): string[] {
  return [
    "company:",
    ...comment(2, "Your own id of the customer."),
    `  id: ${placeholder("company id")}`,
    ...comment(2, "The customer's name, as the vendors' staff know it."),
    `  name: ${placeholder("company name")}`,
    ...comment(2, "A vendor is used where it is switched on here and at the location."),
    "  providers:",
    ...vendors.flatMap(({ name, hints }) => [
      `    ${name}:`,
      "      enabled: true",
      ...(hints.code === undefined
        ? []
        : [...comment(6, hints.code), `      code: ${placeholder("company code")}`]),
    ]),
  ];
}

function locationLines(vendors: readonly VendorDescriptor[]): string[] {
  const zoneName = hintsOf(vendors, "zoneName");
  return [
    "locations:",
    ...comment(
      2,
      'Repeat the lines from here to "vendors:" for each location. Begin with the 2 or 3 that go live first.',
    ),
    ...comment(2, "Your own id of the location."),
    `  - id: ${placeholder("location id")}`,
    ...comment(4, "The location's name in your system."),
    ...hintsOf(vendors, "name"),
    `    name: ${placeholder("location name")}`,
    ...(zoneName.length === 0 ? [] : [...zoneName, `    #zoneName: ${placeholder("zone name")}`]),
    ...comment(4, "The province or state of plates that come without one, such as CA-NB."),
    `    #region: ${placeholder("region")}`,
    "    providers:",
    ...vendors.flatMap(({ name, hints, list }, index) => [
      `      ${name}:`,
      "        enabled: true",
      ...comment(8, hints.target),
      `        ${hints.targetIsOptional === true ? "#" : ""}target: ${placeholder(
        nameField(
          list,
          list.fields.find(({ key }) => key === list.target),
        ),
      )}`,
      ...(index === 0 ? comment(8, STAGE_HINT) : []),
      "        stage: setup",
    ]),
  ];
}

const STAGE_HINT = "setup, testing or live. readiness says what the location is ready for.";

/** What each vendor that compares a key of a location says of it. */
function hintsOf(vendors: readonly VendorDescriptor[], key: "name" | "zoneName"): string[] {
  return vendors.flatMap(({ title, hints }) => {
    const hint = hints[key];
    return hint === undefined ? [] : comment(4, `${title}: ${hint}`);
  });
}

function sectionLines({ name, settings, neededSettings, hints, list }: VendorDescriptor): string[] {
  const keys = Object.entries(settings).map(([key, kind]) => ({ key, kind }));
  const needed = keys.filter(({ key }) => neededSettings.includes(key));
  const others = keys.filter(({ key }) => !neededSettings.includes(key));
  return [
    `  ${name}:`,
    // A section without any key would have no value.
    ...(needed.length === 0 ? [...comment(4, "Whose section this is."), `    vendor: ${name}`] : []),
    ...needed.flatMap((setting) => settingLines(setting, hints, "")),
    ...others.flatMap((setting) => settingLines(setting, hints, "#")),
    ...listLines(list, hints),
  ];
}

function settingLines(
  { key, kind }: { key: string; kind: VendorSettingKind },
  { settings }: MappingHints,
  mark: "" | "#",
): string[] {
  const values: Readonly<Record<VendorSettingKind, string>> = {
    text: placeholder(key),
    flag: "true",
    names: `[${placeholder(key)}]`,
  };
  return [...comment(4, settings[key] ?? ""), `    ${mark}${key}: ${values[kind]}`];
}

function listLines(list: VendorList, hints: MappingHints): string[] {
  // What no table of the vendor's has, no person needs to write.
  const { key, flag, fields } = list;
  const known = fields.filter(({ columns }) => columns.length > 0);
  return [
    ...comment(
      4,
      `${hints.list} check compares the locations with this list; instead of writing it here, name a file with it: --${flag}.`,
    ),
    `    #${key}:`,
    ...known.map(
      (field, index) =>
        `      ${index === 0 ? "#- " : "  #"}${field.key}: ${placeholder(nameField(list, field))}`,
    ),
  ];
}

/** What a field of a vendor's list is called: `zone id`, `station description`, `SpotID`. */
function nameField({ entry }: VendorList, field: VendorListField | undefined): string {
  const label = field?.label ?? field?.key ?? entry;
  return label === entry ? entry : `${entry} ${label}`;
}

// A line of text is easy to read up to here; ids and names stand below it.
const LINE_LENGTH = 100;

/** Text as comments, at most `LINE_LENGTH` wide. */
function comment(indent: number, text: string): string[] {
  const margin = `${" ".repeat(indent)}#`;
  const lines: string[] = [];
  let line = margin;
  for (const word of text.split(" ")) {
    if (line !== margin && line.length + word.length >= LINE_LENGTH) {
      lines.push(line);
      line = margin;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
