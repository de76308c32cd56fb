import { fieldError, readList } from "../../core/fields.ts";
import type { LookupPlace, LookupQuery } from "../../core/lookup/dialect.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import { findRegion } from "../../core/permit/region.ts";
import type { LookupSettings } from "../options.ts";
import type { Inquiry } from "./inquiry.ts";
import { PLACE_KINDS } from "./scope.ts";

/**
 * Stores a query in canonical form in the inquiry. `false` when its plate cannot be read or is no text; `inquiry.failure` then
 * says why.
 *
 * @throws EnforcementError `invalid_input` when its place cannot be read
 */
export function understandQuery(
  query: LookupQuery,
  inquiry: Inquiry,
  { plateMatching }: LookupSettings,
): boolean {
  inquiry.query = query;
  if (query.place !== undefined) assertPlace(query.place);
  inquiry.region = findRegion(query.region);
  try {
    const typed = canonicalPlateNumber(query.plate, "plate");
    inquiry.plateNumbers = Object.freeze(plateNumbersFor(typed, plateMatching));
    return true;
  } catch (thrown) {
    inquiry.failure = { at: "request", thrown };
    return false;
  }
}

/** Checks the place of a query: the host's own dialect may return any value. */
function assertPlace(place: LookupPlace | null): void {
  if (place === null || !PLACE_KINDS.includes(place.by)) {
    throw fieldError("place.by", `must be one of ${PLACE_KINDS.join(", ")}.`);
  }
  const { value } = place;
  if (typeof value === "string") assertName(value);
  else for (const name of readList(value, "place", { atLeastOne: true })) assertName(name);
}

/** Checks a name. Damaged text is accepted: no place has such a name, so the answer is "unknown place". */
function assertName(name: unknown): void {
  if (typeof name !== "string") throw fieldError("place", "must be text.");
  if (name.trim() === "") throw fieldError("place", "must not be empty.");
}

/** Groups of characters that an officer or a camera may mistake for one another. */
const LOOK_ALIKES: readonly string[] = ["0ODQ", "1IL", "2Z", "5S", "8B"];

const LOOK_ALIKES_OF: ReadonlyMap<string, readonly string[]> = new Map(
  LOOK_ALIKES.flatMap((group) =>
    [...group].map((character) => [character, [...group].filter((other) => other !== character)] as const),
  ),
);

/**
 * The canonical numbers to search for, the typed one first. With `ocr`, all numbers follow that differ from it in exactly one
 * look-alike character: at most 36 for a plate of twelve characters.
 */
export function plateNumbersFor(typed: string, matching: "exact" | "ocr"): readonly string[] {
  if (matching === "exact") return [typed];
  const variants = [...typed].flatMap((character, index) =>
    (LOOK_ALIKES_OF.get(character) ?? []).map(
      (other) => typed.slice(0, index) + other + typed.slice(index + 1),
    ),
  );
  return [typed, ...variants];
}
