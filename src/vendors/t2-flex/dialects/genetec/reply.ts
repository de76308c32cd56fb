import { formatInstant } from "../../../../core/instant.ts";
import type { LookupMatch } from "../../../../core/lookup/dialect.ts";
import { toEndText } from "../../../../core/lookup/wire-forms.ts";
import { subdivisionOf } from "../../../../core/permit/region.ts";

/** What stands for "no activation date": the smallest date of the client's own date type. */
const NO_ACTIVATION = "0001-01-01T00:00:00";
const SMALLEST_DATE = new Date(`${NO_ACTIVATION}Z`);

/** One zone with the permits that were found in it. */
interface PermitZone {
  readonly ZoneId: string;
  readonly Permits: readonly GenetecPermit[];
}

interface GenetecPermit {
  readonly PermitId: string;
  /** The canonical number. */
  readonly PlateNumber: string;
  /** `NB`, without its country. Empty when neither the plate nor the location has a region. */
  readonly PlateState: string;
  readonly Activation: string;
  /** The first instant that is no longer valid, or `OPEN_END`. */
  readonly Expiry: string;
  /** Empty when it is not known, as `Color` is. */
  readonly Make: string;
  readonly Color: string;
}

/** Groups what was found by zone, the best permit of each zone first. A permit that was found twice stands there once. */
export function toPermitZones(matches: readonly LookupMatch[]): PermitZone[] {
  const zones = Map.groupBy(matches, ({ location }) => location.id);
  return Array.from(zones, ([ZoneId, found]) => ({
    ZoneId,
    Permits: [...new Map(found.map((match) => [keyOf(match), toPermit(match)])).values()],
  }));
}

function keyOf({ permit, plate }: LookupMatch): string {
  return JSON.stringify([permit.id, plate.number, plate.region]);
}

function toPermit({ permit, plate }: LookupMatch): GenetecPermit {
  const { number, region } = plate;
  return {
    PermitId: permit.id,
    PlateNumber: number,
    PlateState: region === undefined ? "" : subdivisionOf(region),
    Activation: permit.validFrom <= SMALLEST_DATE ? NO_ACTIVATION : formatInstant(permit.validFrom),
    Expiry: toEndText(permit.validTo),
    Make: permit.vehicle?.make ?? "",
    Color: permit.vehicle?.color ?? "",
  };
}
