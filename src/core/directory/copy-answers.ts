import { isEnforcementError } from "../errors.ts";
import { fieldError } from "../fields.ts";
import { ignorePromisesIn } from "../maybe-promise.ts";
import { findRegion } from "../permit/region.ts";
import {
  COMPANY_KEYS,
  COMPANY_PROVIDER_KEYS,
  type Company,
  type EntryKind,
  isFrozenEntry,
  isKeyed,
  LOCATION_KEYS,
  LOCATION_PROVIDER_KEYS,
  type Location,
  readCompany,
  readLocation,
} from "./directory.ts";

// Keeps a checked copy of each object that a host's directory returned, so that an unchanged object is not read again. A host
// may change its object between two calls, so each call compares the object with its copy. A comparison may report a
// difference where there is none: the object is then read again.

/** The copies of one kind of entry, and the functions that read an entry and compare it with its copy. */
export interface Copies<Entry> {
  readonly kind: EntryKind;
  readonly copies: WeakMap<object, Copy<Entry>>;
  readonly read: (value: unknown, field: string) => Entry;
  /** Whether reading `value` again would return `copy`. Does not compare the providers. */
  readonly isAsRead: (value: Partial<Record<string, unknown>>, copy: Entry) => boolean;
  readonly keys: readonly string[];
  readonly providerKeys: readonly string[];
}

interface Copy<Entry> {
  readonly entry: Entry;
  readonly providerIds: readonly string[];
}

export const companyCopies: Copies<Company> = {
  kind: "company",
  copies: new WeakMap(),
  read: readCompany,
  isAsRead: (value, { id, name }) => value["id"] === id && value["name"] === name,
  keys: COMPANY_KEYS,
  providerKeys: COMPANY_PROVIDER_KEYS,
};

export const locationCopies: Copies<Location> = {
  kind: "location",
  copies: new WeakMap(),
  read: readLocation,
  isAsRead: (value, { id, companyId, name, zoneName, region }) =>
    value["id"] === id &&
    value["companyId"] === companyId &&
    value["name"] === name &&
    value["zoneName"] === zoneName &&
    (value["region"] === region || (region !== undefined && findRegion(value["region"]) === region)),
  keys: LOCATION_KEYS,
  providerKeys: LOCATION_PROVIDER_KEYS,
};

/**
 * Reads a company or location that a host's directory returned, as a checked copy.
 *
 * @throws EnforcementError `invalid_input` naming what is wrong inside `company` or `location`
 */
export function readOnce<Entry extends Company | Location>(value: unknown, of: Copies<Entry>): Entry {
  const { kind, copies } = of;
  try {
    if (typeof value !== "object" || value === null) return of.read(value, kind);
    if (isFrozenEntry(value, kind)) return value as Entry;
    const known = copies.get(value);
    if (known !== undefined && isAsRead(value as Partial<Record<string, unknown>>, known, of)) {
      return known.entry;
    }
    const entry = of.read(value, kind);
    copies.set(value, { entry, providerIds: Object.keys(entry.providers) });
    return entry;
  } catch (thrown) {
    // An ORM returns a lazy relation as a promise, whose rejection would end the process.
    ignorePromisesIn(value, 3);
    throw isEnforcementError(thrown) ? thrown : fieldError(kind, "cannot be read: a getter of it failed.");
  }
}

function isAsRead<Entry extends Company | Location>(
  value: Partial<Record<string, unknown>>,
  { entry, providerIds }: Copy<Entry>,
  { isAsRead: isEntryAsRead, keys, providerKeys }: Copies<Entry>,
): boolean {
  const providers = value["providers"];
  if (typeof providers !== "object" || providers === null || Array.isArray(providers)) return false;
  if (!isEntryAsRead(value, entry) || !hasOnly(value, keys)) return false;
  for (const id of providerIds) {
    const given: unknown = (providers as Partial<Record<string, unknown>>)[id];
    if (!isProviderAsRead(given, entry.providers[id], providerKeys)) return false;
  }
  let count = 0;
  for (const _ in providers) count += 1;
  return count === providerIds.length && (count > 0 || isKeyed(providers));
}

function isProviderAsRead(value: unknown, copy: unknown, keys: readonly string[]): boolean {
  if (typeof value !== "object" || value === null || !hasOnly(value, keys)) return false;
  for (const key of keys) {
    if ((value as Record<string, unknown>)[key] !== (copy as Record<string, unknown>)[key]) return false;
  }
  return true;
}

function hasOnly(value: object, keys: readonly string[]): boolean {
  for (const key in value) if (!keys.includes(key)) return false;
  return true;
}
