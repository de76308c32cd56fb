import type { MappingIssue } from "../../core/mapping.ts";
import type { Place } from "../unusable-input.ts";
import type { EntryList } from "./entry-list.ts";
import type { MappedProvider } from "./mapped-providers.ts";
import type { MappingFile } from "./mapping-file.ts";

/** Where in the files the cause of an issue stands; empty when it is nowhere in particular. */
export type FindPlaces = (issue: MappingIssue) => readonly Place[];

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
  return ({ code, locationId, target, field }) => {
    const named = field === undefined ? undefined : placeOfField(field, { mapping, entries, commands });
    if (named !== undefined) return [named];
    if (locationId !== null) return ofLocation.get(locationId) ?? [];
    if (target !== null) return ofTarget.get(target) ?? [];
    const section = mapping.vendors.get(providerId);
    return section !== undefined && OF_VENDOR.has(code) ? [section.place] : [mapping.companyPlace];
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
