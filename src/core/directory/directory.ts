import {
  describeKey,
  fieldError,
  findDamage,
  findExcess,
  findUnknownKey,
  readBoolean,
  readId,
  readList,
  readOptionalText,
  readRecord,
  readText,
  unknownKeyError,
} from "../fields.ts";
import type { MaybePromise } from "../maybe-promise.ts";
import { findRegion } from "../permit/region.ts";

/** The customer organisation: a university, a city, a property owner. */
export interface Company {
  readonly id: string;
  /** The name as the vendor's staff know it. */
  readonly name: string;
  /** By provider id. A provider that is absent here is switched off for the whole company. */
  readonly providers: Readonly<Record<string, CompanyProvider>>;
}

/** A company's switch for one provider. `enabled: false` is the same as an absent entry. */
export interface CompanyProvider {
  readonly enabled: boolean;
  /** The vendor's own code for the company, such as `PASSPORTUNIVERSITY`. Kept for records; it is on no wire. */
  readonly code?: string;
}

/** One place where a company's permits are valid. A permit names it by its id. */
export interface Location {
  readonly id: string;
  readonly companyId: string;
  /** The name that people know. Where a vendor finds a location by its name, it is compared code unit for code unit. */
  readonly name: string;
  /** The zone's name where it is not the location's own. */
  readonly zoneName?: string;
  /** ISO 3166-2 code, such as `CA-NB`: the region of plates that have none. Absent: such plates stay without a region. */
  readonly region?: string;
  /** By provider id. A provider that is absent here is switched off for this location. */
  readonly providers: Readonly<Record<string, LocationProvider>>;
}

/** A location's switch and target for one provider. */
export interface LocationProvider {
  readonly enabled: boolean;
  /** What the location is called on the vendor's side: T2 Flex station, Passport zone, HotSpot SpotID. */
  readonly target?: string;
  /** How far the set-up has come. Default `setup`. */
  readonly stage?: "setup" | "testing" | "live";
}

/**
 * The host's companies and locations, with targets and switches. The only place where mapping lives.
 *
 * Ids and targets have at most 512 characters as `length` counts them.
 *
 * The handler and sync check each answer as {@link memoryDirectory} does. An unknown key is an error: return companies and
 * locations with the documented keys alone, not rows of a table. A location that cannot be read is neither on nor off: sync
 * waits with its deliveries, and a lookup that it could have answered is undetermined. A directory may return the same
 * objects at each call or new ones, and may change them between two calls.
 */
export interface Directory {
  /** The company; `undefined` or `null` when there is none with this id. */
  getCompany(id: string): MaybePromise<Company | undefined>;
  /**
   * All locations of a company. Empty when the company has none, or does not exist. An iterator that can be used once must be
   * a new one at each call, and an iterable other than an array has at most a million entries. Lookups and sync ignore
   * locations of another company.
   */
  listLocations(companyId: string): MaybePromise<Iterable<Location>>;
}

/** A company's list of locations in a {@link memoryDirectory}. It is frozen throughout, so callers may cache what they derive. */
interface UnchangingList {
  readonly companyId: string;
  readonly sound: readonly Location[];
  readonly malformed: readonly never[];
  readonly isUnchanging: true;
}

const NONE: readonly never[] = Object.freeze([]);

// Marks of the objects of a memoryDirectory. They are not enumerable, so that a copy of the host's does not have them.
const LIST = Symbol("unchanging list");
const KIND = Symbol("kind of frozen entry");

/** The list, when it is a company's list of a {@link memoryDirectory}. */
export function findUnchangingList(locations: object, companyId: string): UnchangingList | undefined {
  const list = (locations as { readonly [LIST]?: UnchangingList })[LIST];
  return list?.companyId === companyId ? list : undefined;
}

/** What an entry of a directory is. */
export type EntryKind = "company" | "location";

/** Whether a value is a company or location of a {@link memoryDirectory}, which is checked and frozen throughout. */
export function isFrozenEntry(value: object, kind: EntryKind): boolean {
  return Object.isFrozen(value) && (value as { readonly [KIND]?: EntryKind })[KIND] === kind;
}

/** A frozen copy that {@link isFrozenEntry} recognises. */
function markFrozen<Entry extends Company | Location>(entry: Entry, kind: EntryKind): Entry {
  return Object.freeze(Object.defineProperty({ ...entry }, KIND, { value: kind }));
}

/**
 * Creates a directory in memory. It checks and copies the entries, so later changes to those objects do not reach it. Both
 * lists may be empty.
 *
 * @throws EnforcementError `invalid_input` naming the entry: an unknown key, an empty, repeated or too long id, a location
 * of an unknown company, a region that is none
 */
export function memoryDirectory(entries: {
  companies: readonly Company[];
  locations: readonly Location[];
}): Directory {
  const { companies, locations } = readRecord(entries, "directory", ["companies", "locations"]);
  const companyById = new Map<string, Company>();
  for (const [index, entry] of readList(companies, "companies").entries()) {
    const company = markFrozen(readCompany(entry, `companies[${index}]`), "company");
    if (companyById.has(company.id)) throw fieldError(`companies[${index}].id`, "is used twice.");
    companyById.set(company.id, company);
  }
  const locationIds = new Set<string>();
  const read = readList(locations, "locations").map((entry, index) => {
    const location = markFrozen(readLocation(entry, `locations[${index}]`), "location");
    if (locationIds.has(location.id)) throw fieldError(`locations[${index}].id`, "is used twice.");
    if (!companyById.has(location.companyId)) {
      throw fieldError(`locations[${index}].companyId`, "names no company of this directory.");
    }
    locationIds.add(location.id);
    return location;
  });
  const locationsByCompany = Map.groupBy(read, ({ companyId }) => companyId);
  for (const [companyId, siblings] of locationsByCompany) {
    const list: UnchangingList = { companyId, sound: siblings, malformed: NONE, isUnchanging: true };
    Object.freeze(Object.defineProperty(siblings, LIST, { value: list }));
  }
  return {
    getCompany: (id) => companyById.get(id),
    listLocations: (companyId) => locationsByCompany.get(companyId) ?? NONE,
  };
}

export const COMPANY_KEYS: readonly string[] = ["id", "name", "providers"];
export const LOCATION_KEYS: readonly string[] = [
  "id",
  "companyId",
  "name",
  "zoneName",
  "region",
  "providers",
];
export const COMPANY_PROVIDER_KEYS: readonly string[] = ["enabled", "code"];
export const LOCATION_PROVIDER_KEYS: readonly string[] = ["enabled", "target", "stage"];

const STAGES: readonly unknown[] = ["setup", "testing", "live"] satisfies LocationProvider["stage"][];

/** Whether a value is a stage of a location. */
export function isStage(value: unknown): value is NonNullable<LocationProvider["stage"]> {
  return STAGES.includes(value);
}

/** Checks and copies a host's company. @throws EnforcementError `invalid_input` naming the key inside `field` */
export function readCompany(value: unknown, field: string): Company {
  const company = readEntity(value, field, COMPANY_KEYS);
  return Object.freeze({
    id: readId(company["id"], `${field}.id`),
    name: readText(company["name"], `${field}.name`),
    providers: readProviders(company["providers"], `${field}.providers`, readCompanyProvider),
  });
}

/** Checks and copies a host's location. @throws EnforcementError `invalid_input` naming the key inside `field` */
export function readLocation(value: unknown, field: string): Location {
  const location = readEntity(value, field, LOCATION_KEYS);
  const zoneName = readOptionalText(location["zoneName"], `${field}.zoneName`);
  const region = readRegion(location["region"], `${field}.region`);
  return Object.freeze({
    id: readId(location["id"], `${field}.id`),
    companyId: readId(location["companyId"], `${field}.companyId`),
    name: readText(location["name"], `${field}.name`),
    ...(zoneName === undefined ? {} : { zoneName }),
    ...(region === undefined ? {} : { region }),
    providers: readProviders(location["providers"], `${field}.providers`, readLocationProvider),
  });
}

/**
 * Reads a record whose keys are all known. When a required key is missing and another key is unknown, such as `company_id`,
 * the error names the missing key and shows the unknown one.
 */
function readEntity(value: unknown, field: string, keys: readonly string[]): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return readRecord(value, field, keys);
  const record = value as Record<string, unknown>;
  const unknownKey = findUnknownKey(value, keys);
  if (unknownKey === undefined) return record;
  const missing = REQUIRED_KEYS.find((key) => keys.includes(key) && record[key] === undefined);
  if (missing === undefined) throw unknownKeyError(unknownKey, field, keys);
  throw fieldError(`${field}.${missing}`, `is missing; ${describeKey(unknownKey)} is not known.`);
}

const REQUIRED_KEYS = ["id", "companyId", "name", "providers"];

function readRegion(value: unknown, field: string): string | undefined {
  const text = readOptionalText(value, field);
  if (text === undefined) return undefined;
  const code = findRegion(text);
  if (code === undefined) throw fieldError(field, "is not a state or province; write for example CA-NB.");
  return code;
}

/**
 * Whether a value keeps its entries in keys of its own. A `Map`, a promise and an object of getters do not: read as `{}`, they
 * would switch every provider off.
 */
export function isKeyed(value: unknown): value is object {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  if (Object.keys(value).length > 0) return true;
  const prototype: object | null = Object.getPrototypeOf(value);
  // The prototype of a plain object, of whatever realm, has none of its own.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function readProviders<Entry>(
  value: unknown,
  field: string,
  readEntry: (entry: unknown, field: string) => Entry,
): Readonly<Record<string, Entry>> {
  if (!isKeyed(value)) {
    throw fieldError(field, "must be a plain object with a provider id for each key; {} means none.");
  }
  // A null prototype, so that a provider called "constructor" is not found in an object that lacks it.
  const entries: Record<string, Entry> = Object.create(null);
  for (const [id, entry] of Object.entries(value)) {
    const problem = findDamage(id) ?? findExcess(id);
    if (problem !== undefined) throw fieldError(field, `a provider id ${problem}`);
    entries[id] = readEntry(entry, `${field}["${id}"]`);
  }
  return Object.freeze(entries);
}

function readCompanyProvider(value: unknown, field: string): CompanyProvider {
  const entry = readRecord(value, field, COMPANY_PROVIDER_KEYS);
  const code = readOptionalText(entry["code"], `${field}.code`);
  const enabled = readBoolean(entry["enabled"], `${field}.enabled`);
  return Object.freeze(code === undefined ? { enabled } : { enabled, code });
}

function readLocationProvider(value: unknown, field: string): LocationProvider {
  const entry = readRecord(value, field, LOCATION_PROVIDER_KEYS);
  const { target: givenTarget } = entry;
  const target = givenTarget === undefined ? undefined : readId(givenTarget, `${field}.target`);
  const stage = entry["stage"];
  if (stage !== undefined && !isStage(stage)) {
    throw fieldError(`${field}.stage`, 'must be "setup", "testing" or "live".');
  }
  return Object.freeze({
    enabled: readBoolean(entry["enabled"], `${field}.enabled`),
    ...(target === undefined ? {} : { target }),
    ...(stage === undefined ? {} : { stage }),
  });
}
