import type { MappingIssue } from "../../core/mapping/mapping.ts";
import type { VendorList } from "../../core/vendor/vendor-list.ts";
import { type Place, showPlace } from "../unusable-input.ts";
import type { MappedProvider } from "./mapped-providers.ts";
import type { MappingFile } from "./mapping-file.ts";
import { findNode } from "./tree.ts";

/** Where in the files the cause of an issue stands. */
export type FindPlaces = (issue: MappingIssue) => IssuePlaces;

/** Places of one issue. One id may stand in each of a thousand rows, so only the first of them are here. */
export interface IssuePlaces {
  /** Empty when it is nowhere in particular. */
  readonly places: readonly Place[];
  /** How many others there are. */
  readonly morePlaces: number;
}

const SHOWN_PLACES = 3;

type IssuePath = NonNullable<MappingIssue["path"]>;

/** Places as a report shows them: those that are known, and how many there are besides. */
export function showPlaces({ places, morePlaces }: IssuePlaces): string[] {
  const shown = places.map(showPlace);
  return morePlaces === 0 ? shown : [...shown, `${morePlaces.toLocaleString("en")} more`];
}

/** Prepares the search for one provider's issues. */
export function createPlaceFinder(mapping: MappingFile, provider: MappedProvider): FindPlaces {
  const { vendor, facts } = provider;
  const ofLocation = groupPlaces(mapping.locations, ({ location }) => location.id);
  const entries = facts.list?.entries ?? [];
  const ofTarget = groupPlaces(entries, ({ value }) => targetOf(vendor.list, value));
  const find = ({ locationId, target, path }: MappingIssue): readonly Place[] => {
    const named = path === undefined ? undefined : findPlace(path, mapping, provider);
    if (named !== undefined) return [named];
    if (locationId !== null) return ofLocation.get(locationId) ?? [];
    if (target !== null) return ofTarget.get(target) ?? [];
    return [mapping.companyPlace];
  };
  return (issue) => {
    const places = find(issue);
    return {
      places: places.slice(0, SHOWN_PLACES),
      morePlaces: Math.max(0, places.length - SHOWN_PLACES),
    };
  };
}

/** Where in the files a path into the validator's input leads; `undefined` where they have nothing of their own there. */
function findPlace(path: IssuePath, mapping: MappingFile, provider: MappedProvider): Place | undefined {
  const [key, index, , position] = path;
  switch (key) {
    case undefined:
    case "company":
    case "providerId":
      return mapping.companyPlace;
    case "locations":
      return mapping.locations[Number(index)]?.place;
    case "otherCompanies": {
      const other = mapping.otherCompanies[Number(index)];
      return other?.locations[Number(position)]?.place ?? other?.place;
    }
    default:
      return findVendorPlace(path, mapping, provider);
  }
}

/** What the vendor says stands in its section of the mapping file; its list may stand in a file of its own. */
function findVendorPlace(
  path: IssuePath,
  mapping: MappingFile,
  { providerId, vendor, facts }: MappedProvider,
): Place | undefined {
  const index = path.find((step) => typeof step === "number");
  if (path[0] === vendor.list.key && index !== undefined) return facts.list?.entries[index]?.place;
  const section = mapping.vendors.get(providerId);
  return section && (findNode(section.node, path)?.place ?? section.place);
}

/** The target that an entry of a vendor's list stands for. */
function targetOf({ target }: VendorList, entry: unknown): string {
  return typeof entry === "string" ? entry : String((entry as Record<string, unknown>)[target]);
}

function groupPlaces<Entry extends { readonly place: Place }>(
  entries: readonly Entry[],
  keyOf: (entry: Entry) => string,
): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const known = places.get(key);
    if (known === undefined) places.set(key, [entry.place]);
    else known.push(entry.place);
  }
  return places;
}
