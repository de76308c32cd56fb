import { readFileSync } from "node:fs";
import { type Company, type Location, memoryDirectory } from "@offstreet/enforcement";

/** The example's company and locations, as the host's database would have them. */
export const { company, locations } = readJson<{ company: Company; locations: Location[] }>("company.json");

/** What each vendor's staff entered on their side. */
export const vendors = readJson<{
  "t2-flex": { stations: { description: string; stationLocation?: string; zone?: string }[] };
  passport: { operatorId: string; zones: { id: string; number: string; name: string }[] };
  hotspot: { spots: { spotId: string; name: string }[] };
}>("vendors.json");

export const directory = memoryDirectory({ companies: [company], locations });

export const permitsCsv = readFileSync(new URL("permits.csv", import.meta.url), "utf8");

function readJson<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
}
