import type { Permit } from "./permit.ts";

// Most plates are on one permit, which is stored without an array: arrays would take half of the memory of the index.
type PermitsOfPlate = Permit | readonly Permit[];

const NONE: readonly Permit[] = Object.freeze([]);

/** Permits by company and plate number. */
export class PlateIndex {
  readonly #companies = new Map<string, Map<string, PermitsOfPlate>>();

  add(permit: Permit): void {
    const plates = this.#companies.get(permit.companyId) ?? new Map<string, PermitsOfPlate>();
    this.#companies.set(permit.companyId, plates);
    for (const number of plateNumbersOf(permit)) {
      const present = plates.get(number);
      plates.set(number, present === undefined ? permit : [...toList(present), permit]);
    }
  }

  remove(permit: Permit): void {
    const plates = this.#companies.get(permit.companyId);
    for (const number of plateNumbersOf(permit)) {
      const [first, ...others] = toList(plates?.get(number)).filter((other) => other !== permit);
      if (first === undefined) plates?.delete(number);
      else plates?.set(number, others.length === 0 ? first : [first, ...others]);
    }
    if (plates?.size === 0) this.#companies.delete(permit.companyId);
  }

  find(companyId: string, plateNumbers: readonly string[]): readonly Permit[] {
    const plates = this.#companies.get(companyId);
    if (plates === undefined) return NONE;
    const [number = ""] = plateNumbers;
    if (plateNumbers.length === 1) return toList(plates.get(number));
    return [...new Set(plateNumbers.flatMap((one) => toList(plates.get(one))))];
  }
}

/** The distinct plate numbers of a permit. */
export function plateNumbersOf(permit: Permit): Set<string> {
  return new Set(permit.plates.map(({ number }) => number));
}

function toList(permits: PermitsOfPlate | undefined): readonly Permit[] {
  if (permits === undefined) return NONE;
  return isList(permits) ? permits : [permits];
}

function isList(permits: PermitsOfPlate): permits is readonly Permit[] {
  return Array.isArray(permits);
}
