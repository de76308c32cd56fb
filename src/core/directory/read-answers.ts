import { EnforcementError, isEnforcementError } from "../errors.ts";
import { describeKey, fieldError, findDamage, findUnknownKey } from "../fields.ts";
import { attempt, entriesOf } from "../iterables.ts";
import { ignorePromise, isPromise } from "../maybe-promise.ts";
import { findRegion } from "../permit/region.ts";
import { companyCopies, locationCopies, readOnce } from "./copy-answers.ts";
import {
  type Company,
  findUnchangingList,
  isKeyed,
  LOCATION_KEYS,
  type Location,
  type LocationProvider,
} from "./directory.ts";
import { providerEntry } from "./switches.ts";

// Reads what a host's Directory returns, for lookups and for sync. Entries of a memoryDirectory were checked when it was
// created, and are not read again.

/** A location that cannot be read. Whether it is switched on, and what vendors call it, is not known. */
export interface MalformedLocation {
  /** Its id; `undefined` when the id cannot be read either. */
  readonly id: string | undefined;
  /** Its index in the list. */
  readonly index: number;
  /** The field that is wrong, inside the location: `providers`, `providers["passport"].enabled`. */
  readonly field: string;
  /** `invalid_input` naming location, field and remedy. */
  readonly error: EnforcementError;
  /** Its name; `null` when it is not known, so that it may be any. */
  readonly name: string | null;
  readonly zoneName: string | null;
  readonly region: string | undefined;
  /** Its target at a provider, else its name; `null` when neither is known. */
  targetOrName(providerId: string): string | null;
}

/** A company's locations as its directory returned them. */
export interface LocationList {
  readonly sound: readonly Location[];
  readonly malformed: readonly MalformedLocation[];
  /** Whether `sound` is frozen, and the same list at each call. */
  readonly isUnchanging: boolean;
}

const LOOK_EVERY = 256;
const MAX_SHOWN_ID_CHARACTERS = 200;

/**
 * Reads the company that `getCompany` returned; `undefined` when there is none.
 *
 * @throws EnforcementError `invalid_input` naming the field when the company cannot be read, or has another id
 */
export function readAnsweredCompany(value: unknown, companyId: string): Company | undefined {
  if (value === undefined || value === null) return undefined;
  const company = readOnce(value, companyCopies);
  if (company.id !== companyId)
    throw fieldError("company.id", "is not the one that getCompany was asked for.");
  return company;
}

/**
 * Reads the locations that `listLocations` returned. A location that cannot be read, or whose id is used twice, is listed in
 * `malformed`. A location of another company is left out.
 *
 * @param onWay called once for 256 entries, so that a long list respects a deadline; an error that it throws ends the reading
 * @throws EnforcementError `invalid_input` when the list itself cannot be read to its end
 */
export function readAnsweredLocations(
  value: unknown,
  companyId: string,
  onWay: () => void = () => {},
): LocationList {
  const unchanging =
    typeof value === "object" && value !== null ? findUnchangingList(value, companyId) : undefined;
  if (unchanging !== undefined) return unchanging;
  const sound = new Map<string, Location>();
  const malformed: MalformedLocation[] = [];
  const malformedIds = new Set<string>();
  let index = 0;
  for (const entry of entriesOf(value, "listLocations")) {
    if (index % LOOK_EVERY === LOOK_EVERY - 1) onWay();
    try {
      if (isPromise(entry)) throw fieldError("location", "is a promise; wait for it first.");
      const location = readOnce(entry, locationCopies);
      if (location.companyId === companyId) {
        // Which of two locations with one id counts is not known.
        const isRepeated = sound.delete(location.id) || malformedIds.has(location.id);
        if (isRepeated) throw fieldError("location.id", "is used twice.");
        sound.set(location.id, location);
      }
    } catch (thrown) {
      // A list of promises is no list of locations.
      ignorePromise(entry);
      const owner = textOf(entry, "companyId");
      if (owner === undefined || owner === companyId) {
        const described = describe(entry, index, toFieldError(thrown));
        malformed.push(described);
        if (described.id !== undefined) malformedIds.add(described.id);
      }
    }
    index += 1;
  }
  // A malformed location may come after a sound one with the same id.
  for (const id of malformedIds) sound.delete(id);
  return { sound: [...sound.values()], malformed, isUnchanging: false };
}

/** The malformed location that may have this id: the one with the id, else one whose id cannot be read. */
export function findMalformed(
  malformed: readonly MalformedLocation[],
  id: string,
): MalformedLocation | undefined {
  return malformed.find((one) => one.id === id) ?? malformed.find((one) => one.id === undefined);
}

function describe(value: unknown, index: number, error: EnforcementError): MalformedLocation {
  const id = textOf(value, "id");
  const name = textOf(value, "name");
  const hasOwnZone = attempt(() => (value as Partial<Location>).zoneName) !== undefined;
  const place =
    id === undefined ? `listLocations[${index}]` : `location "${id.slice(0, MAX_SHOWN_ID_CHARACTERS)}"`;
  const withPlace = (said: string) => said.replace(/^location/, () => place);
  return {
    id,
    index,
    field: fieldInside(error, value),
    error: new EnforcementError("invalid_input", withPlace(error.message), {
      field: withPlace(error.field ?? "location"),
    }),
    name: name ?? null,
    zoneName: (hasOwnZone ? textOf(value, "zoneName") : name) ?? null,
    region: findRegion(textOf(value, "region")),
    targetOrName: (providerId) => attempt(() => findTarget(value as Location, providerId)) ?? null,
  };
}

/** The text under a key of a location; `undefined` where there is none that can be a name. */
function textOf(value: unknown, key: keyof Location): string | undefined {
  return toName(attempt(() => (value as Partial<Location>)[key]));
}

/** The value when it is a text that can be a name, else `undefined`. */
function toName(value: unknown): string | undefined {
  if (typeof value !== "string" || value.trim() === "") return undefined;
  return findDamage(value) === undefined ? value : undefined;
}

/** The target of a malformed location at a provider, else its name; `undefined` when it is not known. */
function findTarget({ name, providers }: Partial<Location>, providerId: string): string | undefined {
  if (!isKeyed(providers)) return undefined;
  const entry: unknown = providerEntry(providers, providerId);
  if (entry === undefined) return toName(name);
  if (typeof entry !== "object" || entry === null) return undefined;
  const { target } = entry as Partial<LocationProvider>;
  return toName(target === undefined ? name : target);
}

/** `location.providers` → `providers`. For an error about the whole location: its unknown key, else `location`. */
function fieldInside({ field = "location" }: EnforcementError, value: unknown): string {
  if (field.startsWith("location.")) return field.slice("location.".length);
  // A revoked proxy throws even in Array.isArray.
  const unknownKey = attempt(() => (isKeyed(value) ? findUnknownKey(value, LOCATION_KEYS) : undefined));
  return /^key "(.*)"$/.exec(unknownKey === undefined ? "" : describeKey(unknownKey))?.[1] ?? "location";
}

function toFieldError(thrown: unknown): EnforcementError {
  return isEnforcementError(thrown) ? thrown : fieldError("location", "cannot be read.");
}
