import type { LookupPlace, LookupQuery } from "../core/dialect.ts";
import { readList, readText } from "../core/fields.ts";
import { canonicalPlateNumber } from "../core/plate.ts";
import { findRegion } from "../core/region.ts";
import type { Inquiry } from "./inquiry.ts";
import type { LookupSettings } from "./options.ts";
import { plateNumbersFor } from "./plates.ts";

/**
 * Puts a question into canonical form, and notes it down.
 *
 * @throws EnforcementError `invalid_input` when its plate or its place cannot be read
 */
export function understandQuery(
  query: LookupQuery,
  inquiry: Inquiry,
  { plateMatching }: LookupSettings,
): void {
  inquiry.query = query;
  if (query.place !== undefined) assertPlace(query.place);
  const typed = canonicalPlateNumber(query.plate, "plate");
  inquiry.plateNumbers = Object.freeze(plateNumbersFor(typed, plateMatching));
  inquiry.region = findRegion(query.region);
}

function assertPlace({ value }: LookupPlace): void {
  if (typeof value === "string") readText(value, "place");
  else for (const name of readList(value, "place", { atLeastOne: true })) readText(name, "place");
}
