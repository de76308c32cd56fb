import { fieldError, readList } from "../../core/fields.ts";
import type { LookupPlace, LookupQuery } from "../../core/lookup/dialect.ts";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import { findRegion } from "../../core/permit/region.ts";
import type { LookupSettings } from "../options.ts";
import type { Inquiry } from "./inquiry.ts";
import { plateNumbersFor } from "./plates.ts";
import { PLACE_KINDS } from "./scope.ts";

/**
 * Puts a question into canonical form, and notes it down. `false` where its plate cannot be read, or is no text: which
 * vehicle is meant is not known then, and `inquiry.failure` says why.
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

/** A dialect of the host's own may have given anything. */
function assertPlace(place: LookupPlace | null): void {
  if (place === null || !PLACE_KINDS.includes(place.by)) {
    throw fieldError("place.by", `must be one of ${PLACE_KINDS.join(", ")}.`);
  }
  const { value } = place;
  if (typeof value === "string") assertName(value);
  else for (const name of readList(value, "place", { atLeastOne: true })) assertName(name);
}

/** Damaged text is a name like any other here: no place is called so, and that is what the answer says. */
function assertName(name: unknown): void {
  if (typeof name !== "string") throw fieldError("place", "must be text.");
  if (name.trim() === "") throw fieldError("place", "must not be empty.");
}
