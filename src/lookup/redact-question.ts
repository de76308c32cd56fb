import type { LookupPlace, LookupQuery } from "../core/lookup/dialect.ts";
import type { NameCandidate } from "../core/names/rank-candidates.ts";
import { canonicalPlateNumber } from "../core/permit/plate.ts";
import { findRegion } from "../core/permit/region.ts";
import type { Inquiry } from "./decide/inquiry.ts";
import type { HashPlate } from "./redact.ts";

/**
 * Replaces the plate of a query with its hash, and each part that was not recognised: a plate may have been typed into the
 * field of the state or of the place. A readable region and the credential's own places stay readable.
 */
export function redactQuestion(query: LookupQuery, inquiry: Inquiry, hashPlate: HashPlate): LookupQuery {
  const { plateNumbers } = inquiry;
  const { plate, region, place } = query;
  // Not `...query`: a query of the host's own dialect may have more keys.
  return {
    plate: plateNumbers?.[0] === undefined ? hashText(plate, hashPlate) : hashPlate(plateNumbers[0]),
    ...(region === undefined
      ? undefined
      : { region: findRegion(region) === undefined ? hashText(region, hashPlate) : region }),
    ...(!place ? undefined : { place: redactPlace(place, inquiry, hashPlate) }),
  };
}

/** The closest names to an unknown place, without the name that was asked for. */
export function redactClosest(
  closest: readonly NameCandidate[],
  wanted: string,
  hashPlate: HashPlate,
): NameCandidate[] {
  return closest.map(({ name, difference, edits, tied }) => {
    const { kind, kinds, position, actual } = difference;
    const inWhat = kinds.join(", ").replaceAll("_", " ");
    const message = `differs at position ${position} (${inWhat})`;
    const expected = hashText(wanted, hashPlate);
    return {
      name,
      difference: { kind, kinds, position, expected, actual, codePoints: {}, message },
      edits,
      tied,
    };
  });
}

function redactPlace(place: LookupPlace, inquiry: Inquiry, hashPlate: HashPlate): LookupPlace {
  if (inquiry.isPlaceKnown) return place;
  const known = new Set(inquiry.unknownPlace?.names);
  const redact = (name: unknown): string =>
    typeof name === "string" && known.has(name) ? name : hashText(name, hashPlate);
  const { by, value } = place;
  return { by, value: Array.isArray(value) ? value.map(redact) : redact(value) };
}

/** The hash of the plate that the text holds, which equals that of other records. The hash of the text when it holds none. */
function hashText(text: unknown, hashPlate: HashPlate): string {
  try {
    return hashPlate(canonicalPlateNumber(text, "plate"));
  } catch {
    return hashPlate(String(text));
  }
}
