import type { Company, Location } from "../../core/directory/directory.ts";
import type { LookupMatch, LookupReason } from "../../core/lookup/dialect.ts";
import type { Permit } from "../../core/permit/permit.ts";
import type { Plate } from "../../core/permit/plate.ts";
import { matchRegions } from "../../core/permit/region.ts";
import { withDefaultRegion } from "../../core/registration/registration.ts";
import type { Scope } from "./scope.ts";

/** A query with all that decides which permits match it. */
export interface MatchQuestion {
  readonly company: Company;
  readonly scope: Scope;
  /** Canonical plate numbers: the one that was asked about, then its look-alikes. */
  readonly plateNumbers: readonly string[];
  /** ISO 3166-2 code; `undefined` when the query has no region, or one that cannot be read. */
  readonly region: string | undefined;
  readonly at: Date;
  /** How long after its end a permit still counts, in milliseconds. */
  readonly graceMs: number;
}

/** The rights that match, the best one first, and the reason for the answer. */
export interface MatchResult {
  readonly matches: readonly LookupMatch[];
  readonly reason: LookupReason;
  /** Without matches: of the rights of the plate that was asked about, the one that ended last. */
  readonly ended: LookupMatch | undefined;
}

// Ordered from the nearest miss to none. A right of the same vehicle that almost matches explains a ticket best. A plate of
// another region is another vehicle, so it comes near the end.
const MISSES = [
  "not_yet_valid",
  "expired",
  "switched_off",
  "other_location",
  "region_differs",
  "no_permit",
] as const satisfies readonly LookupReason[];
/** Why a right does not match. */
export type Miss = (typeof MISSES)[number];

/** Compares permits with a question. A pure function. The order of the result does not depend on the order of the permits. */
export function matchPermits(permits: Iterable<Permit>, question: MatchQuestion): MatchResult {
  const exact: LookupMatch[] = [];
  const lookAlike: LookupMatch[] = [];
  const ended: LookupMatch[] = [];
  let nearest: Miss = "no_permit";
  for (const permit of permits) {
    for (const right of rightsOf(permit, question)) {
      const isExact = right.plate.number === question.plateNumbers[0];
      const verdict = judgeRight(permit, right, question);
      if (typeof verdict !== "string") (isExact ? exact : lookAlike).push(verdict);
      else if (isExact) nearest = nearer(nearest, verdict);
      if (isExact && verdict === "expired") ended.push(...endedRight(permit, right, question));
    }
  }
  // Look-alikes match only when the plate that was asked about has no right of its own.
  const matches = withoutRepeats((exact.length > 0 ? exact : lookAlike).sort(compareMatches));
  const [best] = matches;
  if (best !== undefined) return { matches, reason: reasonOf(best), ended: undefined };
  return { matches, reason: nearest, ended: ended.sort(compareMatches)[0] };
}

/**
 * Whether a permit would match if a malformed location were switched on. Any permit may be for a location without an id.
 */
export function mayMatchMalformed(permits: readonly Permit[], question: MatchQuestion): boolean {
  return question.scope.malformed.some(({ id, name, region }) => {
    if (id === undefined) return true;
    const location: Location = {
      id,
      companyId: question.company.id,
      name: name ?? id,
      ...(region === undefined ? {} : { region }),
      providers: {},
    };
    return permits.some(
      (permit) => permit.locationIds.includes(id) && hasRightAt(permit, location, question),
    );
  });
}

function hasRightAt(permit: Permit, location: Location, question: MatchQuestion): boolean {
  return permit.plates.some((given) => {
    if (!question.plateNumbers.includes(given.number)) return false;
    const plate = withDefaultRegion(given, location.region);
    return typeof matchAt(permit, { plate, location }, question) !== "string";
  });
}

/** A plate of a permit at one of its locations. */
export interface PlateAtLocation {
  readonly plate: Plate;
  /** Absent when the permit has none of the locations in scope. */
  readonly location?: Location;
}

/** Each plate of the permit that was asked about, at each of its locations in scope, or once without a location. */
export function rightsOf(permit: Permit, { plateNumbers, scope }: MatchQuestion): PlateAtLocation[] {
  const rights: PlateAtLocation[] = [];
  for (const plate of permit.plates) {
    if (!plateNumbers.includes(plate.number)) continue;
    const before = rights.length;
    for (const id of permit.locationIds) {
      const location = scope.asked.get(id);
      if (location) rights.push({ plate: withDefaultRegion(plate, location.region), location });
    }
    if (rights.length === before) rights.push({ plate });
  }
  return rights;
}

/** The match of a right, or why it does not match. */
export function judgeRight(
  permit: Permit,
  { plate, location }: PlateAtLocation,
  question: MatchQuestion,
): LookupMatch | Miss {
  return location === undefined
    ? missElsewhere(permit, plate, question)
    : matchAt(permit, { plate, location }, question);
}

function matchAt(
  permit: Permit,
  { plate, location }: Required<PlateAtLocation>,
  question: MatchQuestion,
): LookupMatch | Miss {
  const regionMatch = matchRegions(question.region, plate.region);
  if (regionMatch === "different") return "region_differs";
  const at = question.at.getTime();
  if (at < permit.validFrom.getTime()) return "not_yet_valid";
  // `validTo` is exclusive: it is the first instant at which the permit is no longer valid.
  const overdueMs = permit.validTo === null ? Number.NEGATIVE_INFINITY : at - permit.validTo.getTime();
  if (overdueMs >= question.graceMs) return "expired";
  const plateMatch = plate.number === question.plateNumbers[0] ? "exact" : "ocr";
  return {
    permit,
    plate,
    location,
    company: question.company,
    plateMatch,
    regionMatch,
    grace: overdueMs >= 0,
  };
}

/** An expired right as a match; none for a right without a location. */
function endedRight(
  permit: Permit,
  { plate, location }: PlateAtLocation,
  question: MatchQuestion,
): LookupMatch[] {
  if (location === undefined) return [];
  const regionMatch = matchRegions(question.region, plate.region);
  const { company } = question;
  return [{ permit, plate, location, company, plateMatch: "exact", regionMatch, grace: false }];
}

function missElsewhere(permit: Permit, plate: Plate, { region, scope }: MatchQuestion): Miss {
  if (matchRegions(region, plate.region) === "different") return "region_differs";
  return permit.locationIds.some((id) => scope.switchedOff.has(id)) ? "switched_off" : "other_location";
}

function nearer(one: Miss, other: Miss): Miss {
  return MISSES.indexOf(other) < MISSES.indexOf(one) ? other : one;
}

function reasonOf(best: LookupMatch): LookupReason {
  if (best.plateMatch === "ocr") return "match_ocr";
  if (best.grace) return "match_grace";
  return best.regionMatch === "unknown" ? "match_region_unknown" : "match";
}

/** Orders by: valid without grace, latest end, highest revision, permit id. The other keys only make the order total. */
function compareMatches(one: LookupMatch, other: LookupMatch): number {
  return (
    Number(one.grace) - Number(other.grace) ||
    compareEnds(other.permit.validTo, one.permit.validTo) ||
    other.permit.revision - one.permit.revision ||
    compareTexts(one.permit.id, other.permit.id) ||
    Number(one.regionMatch === "unknown") - Number(other.regionMatch === "unknown") ||
    compareTexts(one.location.id, other.location.id) ||
    compareTexts(one.plate.number, other.plate.number) ||
    compareTexts(one.plate.region ?? "", other.plate.region ?? "")
  );
}

function compareEnds(one: Date | null, other: Date | null): number {
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return one.getTime() - other.getTime();
}

function compareTexts(one: string, other: string): number {
  return one < other ? -1 : Number(one > other);
}

/** Removes repeats of a plate or location that a permit names twice. `sorted` has them next to each other. */
function withoutRepeats(sorted: readonly LookupMatch[]): readonly LookupMatch[] {
  return sorted.filter((match, index) => {
    const previous = sorted[index - 1];
    return previous === undefined || compareMatches(previous, match) !== 0;
  });
}
