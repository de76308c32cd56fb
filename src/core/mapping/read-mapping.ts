import { type Company, type Location, readCompany, readLocation } from "../directory/directory.ts";
import { isEnabled, providerEntry } from "../directory/switches.ts";
import { isEnforcementError } from "../errors.ts";
import { fieldError, readRecord, readText } from "../fields.ts";
import { entriesOf } from "../iterables.ts";
import { MAX_NAME_LENGTH } from "../names/visible-name.ts";
import type { MappingIssue } from "./mapping.ts";

// Reads the input of a validator. A validator never throws: input that cannot be read becomes an issue.

/** An issue without its location and target, which the report adds. */
export type MappingFinding = Omit<MappingIssue, "locationId" | "target">;

/** A place in a validator's input, in the form of an issue's `path`. */
export type MappingPath = readonly (string | number)[];

/** A value that was read, or the finding that says why it could not be read. */
export type Reading<Value> =
  | { readonly value: Value; readonly problem?: undefined }
  | { readonly value?: undefined; readonly problem: MappingFinding };

/** One entry of `locations`, in its place. */
export type LocationEntry = Location | UnreadableLocation;

/** An entry that could not be read. `id` is `null` when the id could not be read either. */
export interface UnreadableLocation {
  readonly id: string | null;
  readonly problem: MappingFinding;
}

/** A target that another company's location has. */
export interface ForeignTarget {
  readonly company: Company;
  readonly location: Location;
  readonly target: string;
}

/** A validator's input, checked and copied. */
export interface ReadMapping {
  readonly providerId: string;
  /** Absent when it could not be read. */
  readonly company: Company | undefined;
  readonly entries: readonly LocationEntry[];
  /** Targets of other companies' locations for which the provider is switched on at both levels. */
  readonly foreignTargets: readonly ForeignTarget[];
  /** The vendor's own keys, unchecked. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly problems: readonly MappingFinding[];
}

/** The readable entries of the vendor's list, and the problems of the others. */
export interface VendorList<Entry> {
  readonly entries: readonly Entry[];
  /** False without a list. False also when an entry could not be read: a target that seems missing may be that entry. */
  readonly complete: boolean;
  readonly problems: readonly MappingFinding[];
}

const KEYS = ["company", "locations", "providerId", "otherCompanies"];

/** Reads the keys that all validators take. `ownKeys` are those that only this vendor's validator takes. */
export function readMapping(input: unknown, vendor: string, ownKeys: readonly string[]): ReadMapping {
  const keys = attempt([], () => readRecord(input, "mapping input", [...KEYS, ...ownKeys]));
  const problems: MappingFinding[] = keys.problem === undefined ? [] : [keys.problem];
  const options = attempt([], () => ({ ...(input as Record<string, unknown>) })).value;
  if (options === undefined || typeof input !== "object" || input === null || Array.isArray(input)) {
    return {
      providerId: vendor,
      company: undefined,
      entries: [],
      foreignTargets: [],
      options: {},
      problems,
    };
  }
  const read = <Value>(key: string, run: (value: unknown) => Value): Value | undefined => {
    const { value, problem } = attempt([key], () => run(options[key]));
    if (problem !== undefined) problems.push(problem);
    return value;
  };
  const providerId = read("providerId", (given) => readName(given ?? vendor, "providerId")) ?? vendor;
  const company = read("company", (given) => readNamedCompany(given, "company"));
  const locations = read("locations", (given) => readIterable(given, "locations")) ?? [];
  const others = read("otherCompanies", (given) => readIterable(given ?? [], "otherCompanies")) ?? [];
  const foreignTargets = others.flatMap((other, index) => {
    const foreign = readOtherCompany(other, index, providerId);
    problems.push(...foreign.problems);
    // Without the company's own id, its entry in otherCompanies cannot be told from the others.
    return company === undefined ? [] : foreign.targets.filter((target) => target.company.id !== company.id);
  });
  return {
    providerId,
    company,
    foreignTargets,
    options,
    problems,
    entries: locations.map((location, index) => readEntry(location, ["locations", index], providerId)),
  };
}

/**
 * Reads a list from the vendor. `undefined`: there is no list. An empty list: the vendor has nothing.
 *
 * @param path the place of the list in the input
 */
export function readVendorList<Entry>(
  value: unknown,
  path: MappingPath,
  readEntryOf: (entry: unknown, field: string) => Entry,
): VendorList<Entry> {
  if (value === undefined) return { entries: [], complete: false, problems: [] };
  const field = showPath(path);
  const list = attempt(path, () => readIterable(value, field));
  if (list.problem !== undefined) return { entries: [], complete: false, problems: [list.problem] };
  const entries: Entry[] = [];
  const problems: MappingFinding[] = [];
  for (const [index, entry] of list.value.entries()) {
    const { value: read, problem } = attempt([...path, index], () =>
      readEntryOf(entry, `${field}[${index}]`),
    );
    if (problem === undefined) entries.push(read);
    else problems.push(problem);
  }
  return { entries, complete: problems.length === 0, problems };
}

/** Reads the value at `path`. An error becomes a finding, also one that a host's getter or iterator throws. */
export function attempt<Value>(path: MappingPath, read: () => Value): Reading<Value> {
  try {
    return { value: read() };
  } catch (error) {
    return { problem: unreadable(error, path) };
  }
}

function unreadable(error: unknown, path: MappingPath): MappingFinding {
  const { message, field } = isEnforcementError(error)
    ? error
    : { message: "mapping input: could not be read.", field: undefined };
  return {
    code: "input_invalid",
    severity: "error",
    message: shorten(message),
    hint: "Correct this entry and validate again; what it stands for was not checked.",
    ...(field === undefined ? {} : { field: shorten(field) }),
    path: Object.freeze([...path]),
  };
}

/** A path as a field's name: `locations[3]`, `zones.zones`. */
function showPath(path: MappingPath): string {
  return path
    .map((step, index) => {
      if (typeof step === "number") return `[${step}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join("");
}

/** Shortens a text to 400 characters: a host's key may be a megabyte long. */
function shorten(text: string): string {
  return text.length > 400 ? `${text.slice(0, 400).toWellFormed()}…` : text;
}

/** A text that can be a name: not empty, well-formed Unicode, at most 1,000 characters. */
export function readName(value: unknown, field: string): string {
  const name = readText(value, field);
  if (name.length > MAX_NAME_LENGTH)
    throw fieldError(field, `must be at most ${MAX_NAME_LENGTH} characters long.`);
  return name;
}

/** The target of a location as the directory has it. */
export function targetOf(location: Location, providerId: string): string | undefined {
  return providerEntry(location.providers, providerId)?.target;
}

/** Tells the two kinds of entries apart. */
export function isUnreadable(entry: LocationEntry): entry is UnreadableLocation {
  return "problem" in entry;
}

function readEntry(value: unknown, path: MappingPath, providerId: string): LocationEntry {
  const field = showPath(path);
  const { value: location, problem } = attempt(path, () => readNamedLocation(value, field, providerId));
  if (problem === undefined) return location;
  const id = attempt(path, () => readName((value as { id?: unknown }).id, `${field}.id`)).value;
  return { id: id ?? null, problem };
}

function readNamedCompany(value: unknown, field: string): Company {
  const company = readCompany(value, field);
  readName(company.name, `${field}.name`);
  return company;
}

/** Checks a whole location, and keeps only what this provider's mapping needs: there may be very many locations. */
function readNamedLocation(value: unknown, field: string, providerId: string): Location {
  const { id, companyId, name, zoneName, providers } = readLocation(value, field);
  readName(name, `${field}.name`);
  if (zoneName !== undefined) readName(zoneName, `${field}.zoneName`);
  const entry = providerEntry(providers, providerId);
  const own = entry === undefined ? NO_PROVIDERS : { [providerId]: entry };
  // Literals, so that V8 gives all locations one of two small shapes.
  if (zoneName === undefined) return { id, companyId, name, providers: own };
  return { id, companyId, name, zoneName, providers: own };
}

const NO_PROVIDERS = Object.freeze({});

function readOtherCompany(
  value: unknown,
  index: number,
  providerId: string,
): { targets: ForeignTarget[]; problems: MappingFinding[] } {
  const path = ["otherCompanies", index];
  const field = showPath(path);
  const other = attempt(path, () => {
    const record = readRecord(value, field, ["company", "locations"]);
    const company = readNamedCompany(record["company"], `${field}.company`);
    return { company, locations: readIterable(record["locations"], `${field}.locations`) };
  });
  if (other.problem !== undefined) return { targets: [], problems: [other.problem] };
  const { company, locations } = other.value;
  const entries = locations.map((location, position) =>
    readEntry(location, [...path, "locations", position], providerId),
  );
  return {
    problems: entries.flatMap((entry) => (isUnreadable(entry) ? [entry.problem] : [])),
    targets: entries.flatMap((entry) => {
      if (isUnreadable(entry) || !isEnabled(company, entry, providerId)) return [];
      const target = targetOf(entry, providerId);
      return target === undefined ? [] : [{ company, location: entry, target }];
    }),
  };
}

function readIterable(value: unknown, field: string): unknown[] {
  return Array.isArray(value) ? value : [...entriesOf(value, field)];
}

/** A mapping whose locations are known to be readable and the company's own. */
export interface ExaminedMapping extends ReadMapping {
  readonly locations: readonly Location[];
  /** Those that have the provider switched on. */
  readonly enabled: readonly Location[];
}
