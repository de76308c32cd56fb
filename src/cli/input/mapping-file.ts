import type { Company, Location } from "../../core/directory/directory.ts";
import type { Place, Problem } from "../unusable-input.ts";
import type { TreeNode } from "./tree.ts";

/** What a mapping file says. Values are as they were written; the validators judge them. */
export interface MappingFile {
  readonly name: string;
  readonly company: Company;
  /** Where the company stands. */
  readonly companyPlace: Place;
  readonly locations: readonly PlacedLocation[];
  readonly otherCompanies: readonly PlacedCompany[];
  /** What the file says of each provider's vendor, by provider id; not read any further. */
  readonly vendors: ReadonlyMap<string, VendorNode>;
  /** What was read, and may be meant otherwise. */
  readonly warnings: readonly Problem[];
}

/** A location and where it stands in the file. */
export interface PlacedLocation {
  readonly location: Location;
  readonly place: Place;
}

/** Another company and where it stands in the file. */
export interface PlacedCompany {
  readonly company: Company;
  readonly place: Place;
  readonly locations: readonly PlacedLocation[];
}

/** The other companies as validators take them. */
export function withoutPlaces(
  companies: readonly PlacedCompany[],
): { company: Company; locations: Location[] }[] {
  return companies.map(({ company, locations }) => ({
    company,
    locations: locations.map(({ location }) => location),
  }));
}

/** One entry of `vendors`. */
export interface VendorNode {
  readonly vendor: string;
  /** Where the provider's id stands. */
  readonly place: Place;
  readonly node: TreeNode;
}
