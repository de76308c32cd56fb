import { describeSpan } from "../../core/describe-time.ts";
import type { Location } from "../../core/directory/directory.ts";
import { readAnsweredLocations } from "../../core/directory/read-answers.ts";
import { isEnabled } from "../../core/directory/switches.ts";
import type { Permit } from "../../core/permit/permit.ts";
import {
  judgeRight,
  type MatchQuestion,
  type Miss,
  type PlateAtLocation,
  rightsOf,
} from "../decide/match.ts";
import { describeLocation } from "./describe-replay.ts";
import type { ConsideredPermit } from "./explanation.ts";
import type { Replay } from "./replay.ts";

/** Compares each permit of the replay with the question, by the handler's own rules. */
export async function considerPermits(replay: Replay): Promise<readonly ConsideredPermit[]> {
  const { compared, permits = [] } = replay.inquiry;
  if (compared === undefined) return [];
  const context = { replay, compared, locations: await namesOf(replay, compared) };
  return permits.map((permit) => consider(permit, context));
}

interface ExplanationContext {
  readonly replay: Replay;
  readonly compared: MatchQuestion;
  /** All locations of the company, by id. */
  readonly locations: ReadonlyMap<string, Location>;
}

async function namesOf(
  { settings }: Replay,
  { company }: MatchQuestion,
): Promise<ReadonlyMap<string, Location>> {
  const locations = new Map<string, Location>();
  try {
    const { sound } = readAnsweredLocations(await settings.directory.listLocations(company.id), company.id);
    for (const location of sound) locations.set(location.id, location);
  } catch {
    // The explanation then names locations by id.
  }
  return locations;
}

function consider(permit: Permit, context: ExplanationContext): ConsideredPermit {
  const { compared, replay } = context;
  const { outcome } = replay;
  const verdicts = rightsOf(permit, compared).map((right) => ({
    right,
    verdict: judgeRight(permit, right, compared),
  }));
  const match = "code" in outcome ? undefined : outcome.matches.find((one) => one.permit.id === permit.id);
  const late = permit.createdAt !== undefined && permit.createdAt.getTime() > compared.at.getTime();
  const note = late ? `; it was issued at ${permit.createdAt.toISOString()}, after the question` : "";
  if (match !== undefined) {
    const end = permit.validTo === null ? "without an end" : `until ${permit.validTo.toISOString()}`;
    const why = `counts at ${describeLocation(match.location)}, from ${permit.validFrom.toISOString()} ${end}${note}`;
    return { permitId: permit.id, counts: true, why, misses: [] };
  }
  const reasons = verdicts.map(({ right, verdict }) =>
    typeof verdict === "string"
      ? describeMiss(verdict, { permit, right }, context)
      : `is for ${right.plate.number}, which only looks alike, and the plate that was typed has a permit of its own`,
  );
  const misses = verdicts.flatMap(({ verdict }) => (typeof verdict === "string" ? [verdict] : []));
  return { permitId: permit.id, counts: false, why: [...new Set(reasons)].join("; ") + note, misses };
}

function describeMiss(
  miss: Miss,
  { permit, right }: { permit: Permit; right: PlateAtLocation },
  { compared, replay, locations }: ExplanationContext,
): string {
  const at = compared.at.getTime();
  switch (miss) {
    case "not_yet_valid":
      return `starts at ${permit.validFrom.toISOString()}, ${describeSpan(permit.validFrom.getTime() - at)} later`;
    case "expired": {
      const ended = permit.validTo ?? permit.validFrom;
      const grace = compared.graceMs > 0 ? `, with ${describeSpan(compared.graceMs)} of grace` : "";
      return `ended at ${ended.toISOString()}, ${describeSpan(at - ended.getTime())} before${grace}`;
    }
    case "region_differs": {
      const own = permit.plates.some(
        ({ number, region }) => number === right.plate.number && region !== undefined,
      );
      const source = own ? "" : `, the region of ${describeLocation(right.location)}`;
      return `is for a plate of ${right.plate.region}${source}, and ${compared.region} was asked about`;
    }
    case "switched_off":
    case "other_location":
      return `is for ${permit.locationIds.map((id) => placeOf(id, { compared, replay, locations })).join(", ")}`;
    case "no_permit":
      return "has no plate that was asked about";
  }
}

/** Describes a location of the permit, and why it is not in scope. */
function placeOf(id: string, { compared, replay, locations }: ExplanationContext): string {
  const location = locations.get(id);
  if (location === undefined) return `${id}, which the directory does not have for this company`;
  const name = describeLocation(location);
  const allowed = replay.inquiry.credential?.locationIds;
  if (allowed !== undefined && !allowed.includes(id))
    return `${name}, which this credential may not ask about`;
  if (!isEnabled(compared.company, location, replay.settings.provider.id)) {
    return `${name}, which is switched off for ${replay.settings.provider.id}`;
  }
  return `${name}, which was not asked about`;
}
