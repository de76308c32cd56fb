import type { MappingIssue } from "../../core/mapping.ts";
import type { Place } from "../unusable-input.ts";
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
  return ({ code, locationId, target, message }) => {
    if (locationId !== null) return ofLocation.get(locationId) ?? [];
    // What could not be read at all is named by the validator as `stations[3].zone`.
    const [, list, index] = /^([A-Za-z]+)\[(\d+)\]/.exec(message) ?? [];
    const named = list === "locations" ? mapping.locations : list === commands.listKey ? entries : [];
    const place = named[Number(index)]?.place;
    if (place !== undefined) return [place];
    if (target !== null) return ofTarget.get(target) ?? [];
    const section = mapping.vendors.get(providerId);
    return section !== undefined && OF_VENDOR.has(code) ? [section.place] : [mapping.companyPlace];
  };
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
