import {
  COMPANY_KEYS,
  COMPANY_PROVIDER_KEYS,
  type Company,
  isFrozenCompany,
  isFrozenLocation,
  LOCATION_KEYS,
  LOCATION_PROVIDER_KEYS,
  type Location,
  readCompany,
  readLocation,
} from "./directory.ts";
import { isEnforcementError } from "./errors.ts";
import { fieldError, findUnknownKey } from "./fields.ts";
import { findRegion } from "./region.ts";

// What was read last of each object of a host's, so that one that is as it was need not be read again.
export const companyCopies: Copies<Company> = {
  copies: new WeakMap(),
  isFrozen: isFrozenCompany,
  read: readCompany,
  isAsRead: (value, copy) =>
    value["id"] === copy.id &&
    value["name"] === copy.name &&
    hasOnly(value, COMPANY_KEYS) &&
    areProvidersAsRead(value["providers"], copy.providers, COMPANY_PROVIDER_KEYS),
};

export const locationCopies: Copies<Location> = {
  copies: new WeakMap(),
  isFrozen: isFrozenLocation,
  read: readLocation,
  isAsRead: (value, copy) =>
    value["id"] === copy.id &&
    value["companyId"] === copy.companyId &&
    value["name"] === copy.name &&
    value["zoneName"] === copy.zoneName &&
    isRegionAsRead(value["region"], copy.region) &&
    hasOnly(value, LOCATION_KEYS) &&
    areProvidersAsRead(value["providers"], copy.providers, LOCATION_PROVIDER_KEYS),
};

export interface Copies<Entry> {
  readonly copies: WeakMap<object, Entry>;
  readonly isFrozen: (value: object) => value is Entry & object;
  readonly read: (value: unknown, field: string) => Entry;
  /** Whether reading `value` again would give `copy`. */
  readonly isAsRead: (value: Record<string, unknown>, copy: Entry) => boolean;
}

/** A checked copy. A host may change its object between two calls, so it is compared with the copy first. */
export function readOnce<Entry extends Company | Location>(
  value: unknown,
  field: string,
  { copies, isFrozen, read, isAsRead }: Copies<Entry>,
): Entry {
  try {
    if (typeof value !== "object" || value === null) return read(value, field);
    if (isFrozen(value)) return value;
    const known = copies.get(value);
    if (known !== undefined && isAsRead(value as Record<string, unknown>, known)) return known;
    const copy = read(value, field);
    copies.set(value, copy);
    return copy;
  } catch (thrown) {
    throw isEnforcementError(thrown) ? thrown : fieldError(field, "cannot be read: a getter of it failed.");
  }
}

function isRegionAsRead(value: unknown, copy: string | undefined): boolean {
  return value === copy || (copy !== undefined && findRegion(value) === copy);
}

function hasOnly(value: object, keys: readonly string[]): boolean {
  return findUnknownKey(value, keys) === undefined;
}

function areProvidersAsRead(
  value: unknown,
  copy: Readonly<Record<string, object>>,
  keys: readonly string[],
): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const ids = Object.keys(value);
  return (
    ids.length === Object.keys(copy).length &&
    ids.every((id) => isEntryAsRead((value as Record<string, unknown>)[id], copy[id], keys))
  );
}

function isEntryAsRead(value: unknown, copy: object | undefined, keys: readonly string[]): boolean {
  if (typeof value !== "object" || value === null || copy === undefined) return false;
  const given = value as Record<string, unknown>;
  const read = copy as Record<string, unknown>;
  return hasOnly(value, keys) && keys.every((key) => given[key] === read[key]);
}
