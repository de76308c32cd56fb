import type { MappingIssue } from "../../core/mapping/mapping.ts";
import { type Place, showPlace } from "../unusable-input.ts";
import type { EntryList } from "./entry-list.ts";
import type { MappedProvider } from "./mapped-providers.ts";
import type { MappingFile } from "./mapping-file.ts";

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

/** Places as a report shows them: those that are known, and how many there are besides. */
export function showPlaces({ places, morePlaces }: IssuePlaces): string[] {
  const shown = places.map(showPlace);
  return morePlaces === 0 ? shown : [...shown, `${morePlaces.toLocaleString("en")} more`];
}

/** What is written in the vendor's section, not at the company. */
const OF_VENDOR: ReadonlySet<MappingIssue["code"]> = new Set(["operator_malformed", "company_token_missing"]);

/** Prepares the search for one provider's issues. */
export function createPlaceFinder(
  mapping: MappingFile,
  { providerId, commands, facts }: MappedProvider,
): FindPlaces {
  const ofLocation = groupPlaces(mapping.locations, ({ location }) => location.id);
  const entries = facts.list?.entries ?? [];
  const ofTarget = groupPlaces(entries, ({ value }) => commands.targetOf(value));
  const find = ({ code, locationId, target, field }: MappingIssue): readonly Place[] => {
    const named = field === undefined ? undefined : placeOfField(field, { mapping, entries, commands });
    if (named !== undefined) return [named];
    if (locationId !== null) return ofLocation.get(locationId) ?? [];
    if (target !== null) return ofTarget.get(target) ?? [];
    const section = mapping.vendors.get(providerId);
    return section !== undefined && OF_VENDOR.has(code) ? [section.place] : [mapping.companyPlace];
  };
  return (issue) => {
    const places = find(issue);
    return {
      places: places.slice(0, SHOWN_PLACES),
      morePlaces: Math.max(0, places.length - SHOWN_PLACES),
    };
  };
}

/** What could not be read is named by the validator as `stations[3].zone`, or `zones.zones[3].id`. */
function placeOfField(
  field: string,
  {
    mapping,
    entries,
    commands: { listKey },
  }: Pick<MappedProvider, "commands"> & { mapping: MappingFile; entries: EntryList["entries"] },
): Place | undefined {
  const [, list, index] = /^(?:[A-Za-z]+\.)?([A-Za-z]+)\[(\d+)\]/.exec(field) ?? [];
  if (list === "locations") return mapping.locations[Number(index)]?.place;
  if (list === listKey) return entries[Number(index)]?.place;
  if (list !== "otherCompanies") return undefined;
  const other = mapping.otherCompanies[Number(index)];
  const [, location] = /\]\.locations\[(\d+)\]/.exec(field) ?? [];
  return other?.locations[Number(location)]?.place ?? other?.place;
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
