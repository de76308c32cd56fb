import type { Location } from "../../core/directory/directory.ts";
import { messageOfThrown } from "../../core/errors.ts";
import type { LookupAnswer } from "../../core/lookup/dialect.ts";
import { rankCandidates } from "../../core/names/closest-names.ts";
import type { LookupAudit } from "../audit.ts";
import type { LookupSettings } from "../options.ts";
import { refuseUndetermined } from "../outcome.ts";
import type { ConsideredPermit } from "./explanation.ts";
import type { Replay } from "./replay.ts";

/** Sentences about one decision, in its order: question, region, place, answer, ignored permits, look-alike. */
export function describeReplay(
  replay: Replay,
  considered: readonly ConsideredPermit[],
  lookAlike: LookupAnswer | undefined,
): string[] {
  const { outcome } = replay;
  if ("code" in outcome) return [`The request is refused: ${outcome.message}`];
  return [
    describeQuestion(replay),
    ...describeRegion(replay),
    ...describePlace(replay),
    describeAnswer(replay, outcome, considered),
    ...describeDropped(replay),
    ...(lookAlike === undefined ? [] : [describeLookAlike(lookAlike)]),
  ];
}

/** A sentence for each reason. */
export const MEANINGS: Readonly<Record<LookupAudit["reason"], string>> = {
  match: "plate and region agree",
  match_region_unknown: "a region is unknown, which is no reason to say no",
  match_ocr: "one character is read as another that looks like it",
  match_grace: "it has ended, and still counts thanks to graceMinutes",
  no_permit: "the source has no permit of this company with this plate",
  region_differs: "the permit is for a plate of another region",
  not_yet_valid: "the permit has not started",
  expired: "the permit has ended",
  other_location: "the permit is for another place",
  switched_off: "the provider is switched off for the company, or for the places in question",
  unknown_place: "no place that the credential may ask about has this name",
  unknown_company: "the directory does not have the credential's company",
  unknown_locations: "the directory has none of the locations that the credential may ask about",
  source_failed:
    "the permit source, the directory or the credential store failed, or gave what cannot be read",
  source_timeout:
    "the request's body, the credential store, the directory and the permit source together took longer than deadlineMs",
  aborted: "the asking client had gone before there was an answer",
  invalid_request: "the request, or its plate, could not be understood",
  unauthorized: "no credential was recognised",
  not_found: "there is nothing at this address",
  not_supported: "the vendor's protocol has it, and it is not served",
  public_url_missing: "the description of the service needs publicUrl",
  method_not_allowed: "the method is not served",
  body_too_large: "the body was larger than 16 KiB",
  unsupported_media_type: "the content type is not served",
  body_consumed: "something before the handler had read the body and left nothing",
  undetermined: "the answer was not known",
  too_many_requests: "there were too many requests without a known credential",
  internal_error: "the handler itself, or its dialect, failed",
  places: "the places that may be asked about were listed",
  document: "a document that needs no credential was served",
};

function describeQuestion({ inquiry }: Replay): string {
  const { at, credential, query, plateNumbers = [] } = inquiry;
  const [number] = plateNumbers;
  const asked = `of company ${credential?.companyId} at ${at.toISOString()}`;
  if (number === undefined) return `A plate typed as ${JSON.stringify(query?.plate)}, ${asked}.`;
  const typed = query?.plate === number ? "" : `, typed as ${JSON.stringify(query?.plate)},`;
  const others = plateNumbers.length > 1 ? ` and ${plateNumbers.length - 1} that look alike` : "";
  return `Plate ${number}${typed}${others} ${asked}.`;
}

function describeRegion({ inquiry }: Replay): string[] {
  const { query, region } = inquiry;
  if (region !== undefined) return [`Plates of ${region} count, and plates whose region is not known.`];
  return [
    query?.region === undefined
      ? "No region was given, so plates of any region count."
      : `The region ${JSON.stringify(query.region)} names no state or province, so plates of any region count.`,
  ];
}

function describePlace({ inquiry }: Replay): string[] {
  const { query, compared, locationIds } = inquiry;
  if (compared === undefined || locationIds === undefined) return [];
  const names = [...compared.scope.asked.values()].map(describeLocation).join(", ");
  return query?.place === undefined
    ? [`No place was given, so every place in reach counts: ${names}.`]
    : [`The ${query.place.by} ${JSON.stringify(query.place.value)} is ${names}.`];
}

/** A location's name and id: `"Lot 1" (lot-1)`. */
export function describeLocation(location: Location | undefined): string {
  return location === undefined ? "its location" : `"${location.name}" (${location.id})`;
}

function describeAnswer(
  { settings, inquiry }: Replay,
  { status, reason, matches }: LookupAnswer,
  considered: readonly ConsideredPermit[],
): string {
  const [best] = matches;
  if (best !== undefined) {
    const { why = "" } = considered.find(({ permitId }) => permitId === best.permit.id) ?? {};
    const as = best.plateMatch === "ocr" ? ` as ${best.plate.number}` : "";
    return `Valid (${reason}): permit ${best.permit.id} ${why}${as}; ${MEANINGS[reason]}.`;
  }
  const prefix = status === "none" ? `No permit (${reason})` : `Not known (${reason})`;
  const nearest = considered.find(({ misses }) => misses.some((miss) => miss === reason));
  if (nearest !== undefined) return `${prefix}: permit ${nearest.permitId} ${nearest.why}.`;
  if (inquiry.unknownPlace !== undefined) return `${prefix}: ${describeUnknownPlace(inquiry.unknownPlace)}`;
  if (inquiry.failure !== undefined && inquiry.plateNumbers === undefined) {
    return `${prefix}: which plate is meant cannot be read. ${messageOfThrown(inquiry.failure.thrown)}`;
  }
  if (status === "undetermined" && inquiry.failure !== undefined) {
    return `${prefix}: ${describeFailure(inquiry.failure)}`;
  }
  if (reason === "switched_off") {
    return `${prefix}: ${settings.provider.id} is switched off for the company, or for every place in question.`;
  }
  const hint =
    reason === "no_permit" ? `; it was asked for ${inquiry.plateNumbers?.[0]}, letters and digits only` : "";
  return `${prefix}: ${MEANINGS[reason]}${hint}.`;
}

function describeUnknownPlace({ wanted, names }: { wanted: string; names: readonly string[] }): string {
  const closest = rankCandidates(wanted, names).map(
    ({ name, difference }) => `${JSON.stringify(name)} ${difference.message}`,
  );
  const hint = closest.length === 0 ? "and none is close" : `the closest: ${closest.join("; ")}`;
  return `${MEANINGS.unknown_place}; ${hint}.`;
}

function describeFailure({ at, thrown }: { at: string; thrown: unknown }): string {
  return `what failed was at the stage "${at}": ${messageOfThrown(thrown)}`;
}

function describeDropped({ inquiry: { dropped } }: Replay): string[] {
  if (dropped === 0) return [];
  return [
    `The source also gave ${dropped} that cannot count: of another company, of another plate, or unreadable.`,
  ];
}

function describeLookAlike({ matches: [match] }: LookupAnswer): string {
  return `Permit ${match?.permit.id} is for ${match?.plate.number}, which looks alike; plateMatching "ocr" would have found it.`;
}

const UNREADABLE_IN_A_LIST =
  "In a list of plates it is left out of the answer when another plate of the list has a permit.";

/** Sentences about the reply to an undetermined answer; none for other answers. */
export function describePolicy({ settings, outcome }: Replay): string[] {
  if ("code" in outcome || outcome.status !== "undetermined") return [];
  return [
    describeHeard(settings, outcome),
    ...(outcome.reason === "invalid_request" ? [UNREADABLE_IN_A_LIST] : []),
  ];
}

function describeHeard(settings: LookupSettings, answer: LookupAnswer): string {
  switch (settings.whenUndetermined) {
    case "deny":
      return 'The vendor hears the same as for no permit, because whenUndetermined is "deny".';
    case "drop":
      return 'The connection is closed without a reply, because whenUndetermined is "drop".';
    case "unavailable":
      return `The vendor hears ${statusOf(settings, answer)} and its own policy applies, because whenUndetermined is "unavailable".`;
  }
}

/** The status of the refusal: 503, unless the dialect has another one for this reason. */
function statusOf({ provider }: LookupSettings, { reason }: LookupAnswer): number {
  const refusal = refuseUndetermined(reason);
  try {
    return provider.dialect.renderRefusal(refusal).status;
  } catch {
    return refusal.status;
  }
}
