import type { Directory } from "@offstreet/enforcement";
import { companyNumber, locationId, type World } from "../world.ts";

/** A change of a lot's target: `version` counts those of the lot. */
export interface MappingVersion {
  readonly company: number;
  readonly lot: number;
  readonly version: number;
}

/** The directory of all companies. A company is made when it is first asked for, and again after its mapping changed. */
export class CityDirectory implements Directory {
  readonly #world: World;
  readonly #versions = new Map<string, number>();
  readonly #companies = new Map<number, Directory>();

  constructor(world: World, versions: readonly MappingVersion[] = []) {
    this.#world = world;
    for (const version of versions) this.apply(version);
  }

  apply({ company, lot, version }: MappingVersion): void {
    this.#versions.set(locationId(company, lot), version);
    this.#companies.delete(company);
  }

  getCompany(id: string) {
    return this.#of(id)?.getCompany(id);
  }

  listLocations(id: string) {
    return this.#of(id)?.listLocations(id) ?? [];
  }

  #of(id: string): Directory | undefined {
    const company = companyNumber(id);
    if (!(company >= 0 && company < this.#world.sizes.companies)) return undefined;
    const known = this.#companies.get(company) ?? this.#world.directoryOf(company, this.#versions);
    this.#companies.set(company, known);
    return known;
  }
}
