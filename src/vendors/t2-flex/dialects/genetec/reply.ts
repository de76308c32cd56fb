import { formatInstant } from "../../../../core/instant.ts";
import type { LookupMatch } from "../../../../core/lookup/dialect.ts";
import { toEndText } from "../../../../core/lookup/wire-forms.ts";
import { subdivisionOf } from "../../../../core/permit/region.ts";

/** The activation date of a permit without one: the smallest date of the client's own date type. */
const NO_ACTIVATION = "0001-01-01T00:00:00";
const SMALLEST_DATE = new Date(`${NO_ACTIVATION}Z`);

/** Groups what was found by zone, the best permit of each zone first. A permit that was found twice is in its zone once. */
export function toPermitZones(matches: readonly LookupMatch[]) {
  const zones = Map.groupBy(matches, ({ location }) => location.id);
  return Array.from(zones, ([ZoneId, found]) => ({
    ZoneId,
    Permits: [...new Map(found.map((match) => [keyOf(match), toPermit(match)])).values()],
  }));
}

function keyOf({ permit, plate }: LookupMatch): string {
  return JSON.stringify([permit.id, plate.number, plate.region]);
}

function toPermit({ permit, plate }: LookupMatch) {
  const { number, region } = plate;
  return {
    PermitId: permit.id,
    PlateNumber: number,
    // `NB`, without its country. Empty when neither the plate nor the location has a region.
    PlateState: region === undefined ? "" : subdivisionOf(region),
    Activation: permit.validFrom <= SMALLEST_DATE ? NO_ACTIVATION : formatInstant(permit.validFrom),
    // The first instant that is no longer valid, or `OPEN_END`.
    Expiry: toEndText(permit.validTo),
    // Empty when it is not known, as the colour is.
    Make: permit.vehicle?.make ?? "",
    Color: permit.vehicle?.color ?? "",
  };
}
