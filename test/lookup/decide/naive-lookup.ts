/**
 * The answer to a lookup, worked out without speed and without the library: every rule is written once, in the order
 * in which a person would apply it. It shares no code with `src`; only types.
 */

import type { Company, Location } from "../../../src/core/directory/directory.ts";
import type { LookupPlace } from "../../../src/core/lookup/dialect.ts";
import type { Permit } from "../../../src/core/permit/permit.ts";

export interface World {
  readonly companies: readonly Company[];
  readonly locations: readonly Location[];
  readonly permits: readonly Permit[];
}

export interface Question {
  readonly companyId: string;
  readonly allowed: readonly string[] | undefined;
  readonly number: string;
  /** ISO code. */
  readonly region: string | undefined;
  readonly place: LookupPlace | undefined;
  readonly at: Date;
  readonly graceMs: number;
  readonly ocr: boolean;
}

interface Candidate {
  readonly permit: Permit;
  readonly location: Location | undefined;
  readonly number: string;
  readonly region: string | undefined;
}

export interface NaiveAnswer {
  readonly status: string;
  readonly reason: string;
  /** Permit ids in order, each with its rights in any order. */
  readonly permits: Array<{ id: string; rights: string[] }>;
}

const provider = "t2-flex";

export function answerNaively(world: World, question: Question): NaiveAnswer {
  const nothing = (status: string, reason: string): NaiveAnswer => ({ status, reason, permits: [] });
  const company = world.companies.find(({ id }) => id === question.companyId);
  if (company === undefined) return nothing("undetermined", "unknown_company");
  if (!isOn(company)) return nothing("none", "switched_off");

  const reachable = world.locations.filter(
    ({ id, companyId }) => companyId === company.id && (question.allowed?.includes(id) ?? true),
  );
  if (question.allowed !== undefined && reachable.length === 0)
    return nothing("undetermined", "unknown_locations");
  const inQuestion = reachable.filter((location) => isPlace(location, question.place));
  if (question.place !== undefined && inQuestion.length === 0)
    return nothing("undetermined", "unknown_place");
  const open = inQuestion.filter(isOn);
  if (open.length === 0) return nothing("none", "switched_off");

  const own = world.permits.filter((permit) => permit.companyId === company.id);
  const current = own.filter(
    (permit) => !own.some((other) => other.id === permit.id && other.revision > permit.revision),
  );

  const candidates: Candidate[] = [];
  for (const permit of current) {
    for (const plate of permit.plates) {
      const here = open.filter(({ id }) => permit.locationIds.includes(id));
      for (const location of here.length === 0 ? [undefined] : here) {
        const region = plate.region ?? location?.region;
        candidates.push({ permit, location, number: plate.number, region });
      }
    }
  }

  const { at, graceMs } = question;
  const regionFits = ({ region }: Candidate) =>
    region === undefined || question.region === undefined || region === question.region;
  const started = ({ permit }: Candidate) => permit.validFrom <= at;
  const running = ({ permit }: Candidate) =>
    started({ permit } as Candidate) && (permit.validTo === null || permit.validTo > at);
  const inGrace = ({ permit }: Candidate) =>
    permit.validFrom <= at &&
    permit.validTo !== null &&
    permit.validTo <= at &&
    at.getTime() < permit.validTo.getTime() + graceMs;
  const counts = (candidate: Candidate) =>
    candidate.location !== undefined && regionFits(candidate) && (running(candidate) || inGrace(candidate));

  const typed = candidates.filter(({ number }) => number === question.number);
  const similar = candidates.filter(({ number }) => question.ocr && looksLike(number, question.number));
  const matches = typed.some(counts) ? typed.filter(counts) : similar.filter(counts);

  if (matches.length > 0) {
    const permits = order([...new Set(matches.map(({ permit }) => permit))], (permit) =>
      running({ permit } as Candidate),
    ).map((permit) => {
      const rights = matches.filter((match) => match.permit === permit);
      return {
        id: permit.id,
        rights: [
          ...new Set(rights.map((right) => `${right.location?.id} ${right.number} ${right.region ?? null}`)),
        ].sort(),
      };
    });
    const best = matches.filter(({ permit }) => permit.id === permits[0]?.id);
    const reason = !typed.some(counts)
      ? "match_ocr"
      : best.every(inGrace)
        ? "match_grace"
        : best.some(({ region }) => region !== undefined && question.region !== undefined)
          ? "match"
          : "match_region_unknown";
    return { status: "valid", reason, permits };
  }

  const fitting = typed.filter(regionFits);
  const here = fitting.filter(({ location }) => location !== undefined);
  if (here.some((candidate) => !started(candidate))) return nothing("none", "not_yet_valid");
  if (here.length > 0) return nothing("none", "expired");
  const shut = inQuestion.filter((location) => !isOn(location)).map(({ id }) => id);
  if (fitting.some(({ permit }) => permit.locationIds.some((id) => shut.includes(id))))
    return nothing("none", "switched_off");
  if (fitting.length > 0) return nothing("none", "other_location");
  return nothing("none", typed.length > 0 ? "region_differs" : "no_permit");
}

function isOn(holder: { providers: Readonly<Record<string, { enabled: boolean }>> }): boolean {
  return holder.providers[provider]?.enabled === true;
}

function isPlace(location: Location, place: LookupPlace | undefined): boolean {
  if (place === undefined) return true;
  if (place.by === "location") return location.id === place.value;
  if (place.by === "zone") return (location.zoneName ?? location.name) === place.value;
  return (location.providers[provider]?.target ?? location.name) === place.value;
}

function looksLike(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  const differing = [...one]
    .map((character, index) => [character, other[index] ?? ""] as const)
    .filter(([a, b]) => a !== b);
  const groups = ["0ODQ", "1IL", "2Z", "5S", "8B"];
  return (
    differing.length === 1 &&
    differing.every(([a, b]) => groups.some((group) => group.includes(a) && group.includes(b)))
  );
}

/** Repeatedly takes the best one out. */
function order(permits: Permit[], isRunning: (permit: Permit) => boolean): Permit[] {
  const end = (permit: Permit) => permit.validTo?.getTime() ?? Number.POSITIVE_INFINITY;
  const beats = (one: Permit, other: Permit): boolean => {
    if (isRunning(one) !== isRunning(other)) return isRunning(one);
    if (end(one) !== end(other)) return end(one) > end(other);
    if (one.revision !== other.revision) return one.revision > other.revision;
    return one.id < other.id;
  };
  const rest = [...permits];
  const ordered: Permit[] = [];
  while (rest.length > 0) {
    const best = rest.reduce((leader, permit) => (beats(permit, leader) ? permit : leader));
    ordered.push(best);
    rest.splice(rest.indexOf(best), 1);
  }
  return ordered;
}
