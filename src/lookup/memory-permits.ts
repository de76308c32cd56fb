import { fieldError, readList } from "../core/fields.ts";
import { type FindPermits, markChecked } from "../core/lookup/find-permits.ts";
import { type Permit, type PermitInput, readPermit } from "../core/permit/permit.ts";

/** Permits held in memory. */
export interface MemoryPermits {
  /** For `createPermitLookupHandler`. It can be passed on its own. */
  readonly findPermits: FindPermits;
  /**
   * Takes a permit over in place of the one with its id.
   *
   * @returns false when nothing changed: an older revision, or the same one again
   * @throws EnforcementError `invalid_input` when it is malformed, or is another permit under the same revision
   */
  set(permit: PermitInput): boolean;
  /** @returns false when there was none with this id */
  remove(permitId: string): boolean;
  /** How many permits there are, whatever their validity. */
  readonly size: number;
}

// Most plates are on one permit. An array for each would be half of the index.
type PermitsOfPlate = Permit | readonly Permit[];

const NONE: readonly Permit[] = Object.freeze([]);

/**
 * Holds permits in memory, indexed by company and plate number. It copies what it is given. Permit ids are unique
 * across companies. Nothing is forgotten by itself: remove permits that have ended.
 *
 * @throws EnforcementError `invalid_input` naming the entry, as `set` does
 */
export function memoryPermits(permits: readonly PermitInput[]): MemoryPermits {
  const permitById = new Map<string, Permit>();
  const companies = new Map<string, Map<string, PermitsOfPlate>>();

  function index(permit: Permit): void {
    const plates = companies.get(permit.companyId) ?? new Map<string, PermitsOfPlate>();
    companies.set(permit.companyId, plates);
    for (const number of plateNumbersOf(permit)) {
      const present = plates.get(number);
      plates.set(number, present === undefined ? permit : [...toList(present), permit]);
    }
  }

  function unindex(permit: Permit): void {
    const plates = companies.get(permit.companyId);
    for (const number of plateNumbersOf(permit)) {
      const [first, ...others] = toList(plates?.get(number)).filter((other) => other !== permit);
      if (first === undefined) plates?.delete(number);
      else plates?.set(number, others.length === 0 ? first : [first, ...others]);
    }
    if (plates?.size === 0) companies.delete(permit.companyId);
  }

  function set(value: unknown, field: string): boolean {
    const permit = freezePermit(readPermit(value, field));
    const present = permitById.get(permit.id);
    if (present !== undefined) {
      if (permit.revision < present.revision) return false;
      if (permit.revision === present.revision) {
        if (contentOf(permit) === contentOf(present)) return false;
        throw fieldError(
          `${field}.revision`,
          "is that of another permit with this id; a change needs a higher one.",
        );
      }
      unindex(present);
    }
    permitById.set(permit.id, permit);
    index(permit);
    return true;
  }

  for (const [position, permit] of readList(permits, "permits").entries())
    set(permit, `permits[${position}]`);

  return {
    findPermits: markChecked(({ companyId, plateNumbers }) => {
      const plates = companies.get(companyId);
      if (plates === undefined) return NONE;
      const [number = ""] = plateNumbers;
      return plateNumbers.length === 1
        ? toList(plates.get(number))
        : plateNumbers.flatMap((one) => toList(plates.get(one)));
    }),
    set: (permit) => set(permit, "permit"),
    remove(permitId) {
      const present = permitById.get(permitId);
      if (present === undefined) return false;
      unindex(present);
      return permitById.delete(permitId);
    },
    get size() {
      return permitById.size;
    },
  };
}

/** What is handed out is what is held. */
function freezePermit(permit: Permit): Permit {
  permit.plates.forEach(Object.freeze);
  for (const part of [permit.plates, permit.locationIds, permit.vehicle]) Object.freeze(part);
  return Object.freeze(permit);
}

function plateNumbersOf(permit: Permit): Set<string> {
  return new Set(permit.plates.map(({ number }) => number));
}

function toList(permits: PermitsOfPlate | undefined): readonly Permit[] {
  if (permits === undefined) return NONE;
  return isList(permits) ? permits : [permits];
}

function isList(permits: PermitsOfPlate): permits is readonly Permit[] {
  return Array.isArray(permits);
}

/** Everything that makes a permit what it is. The raw text of a plate is for people and does not count. */
function contentOf(permit: Permit): string {
  return JSON.stringify(permit, (key, value: unknown) => (key === "raw" ? undefined : value));
}
