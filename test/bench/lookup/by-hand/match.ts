import type { Location, Permit, Plate } from "@offstreet/enforcement";

/** One right that answers a question. */
export interface Match {
  readonly permit: Permit;
  readonly plate: Plate;
  readonly region: string | undefined;
  readonly location: Location;
}

interface Question {
  readonly companyId: string;
  readonly plateNumber: string;
  readonly region: string | undefined;
  readonly locations: ReadonlyMap<string, Location>;
  readonly at: Date;
}

const MISSES = ["not_yet_valid", "expired", "other_location", "region_differs", "no_permit"] as const;
type Miss = (typeof MISSES)[number];

/** The rights that count, latest end first, and why. */
export function matchPermits(
  permits: readonly Permit[],
  { companyId, plateNumber, region: askedRegion, locations, at }: Question,
): { matches: Match[]; reason: Miss | "match" | "match_region_unknown" } {
  const matches: Match[] = [];
  let miss: Miss = "no_permit";
  for (const permit of permits) {
    if (permit.companyId !== companyId) continue;
    for (const plate of permit.plates) {
      if (plate.number !== plateNumber) continue;
      let isHere = false;
      for (const id of permit.locationIds) {
        const location = locations.get(id);
        if (location === undefined) continue;
        isHere = true;
        const region = plate.region ?? location.region;
        const problem = missOf(permit, region, { region: askedRegion, at });
        if (problem === undefined) matches.push({ permit, plate, region, location });
        else miss = nearer(miss, problem);
      }
      if (!isHere) {
        const differs = isKnownToDiffer(plate.region, askedRegion);
        miss = nearer(miss, differs ? "region_differs" : "other_location");
      }
    }
  }
  if (matches.length > 1) matches.sort(compareMatches);
  const [best] = matches;
  if (best === undefined) return { matches, reason: miss };
  const isKnown = best.region !== undefined && askedRegion !== undefined;
  return { matches, reason: isKnown ? "match" : "match_region_unknown" };
}

function missOf(
  permit: Permit,
  region: string | undefined,
  asked: { region: string | undefined; at: Date },
): Miss | undefined {
  if (isKnownToDiffer(region, asked.region)) return "region_differs";
  if (asked.at < permit.validFrom) return "not_yet_valid";
  if (permit.validTo !== null && asked.at >= permit.validTo) return "expired";
  return undefined;
}

function isKnownToDiffer(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && other !== undefined && one !== other;
}

function nearer(one: Miss, other: Miss): Miss {
  return MISSES.indexOf(other) < MISSES.indexOf(one) ? other : one;
}

function compareMatches(one: Match, other: Match): number {
  return (
    endOf(other) - endOf(one) ||
    other.permit.revision - one.permit.revision ||
    compareTexts(one.permit.id, other.permit.id) ||
    compareTexts(one.location.id, other.location.id)
  );
}

function endOf({ permit }: Match): number {
  return permit.validTo?.getTime() ?? Number.MAX_VALUE;
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}
