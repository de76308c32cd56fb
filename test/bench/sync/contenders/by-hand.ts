import { createHash } from "node:crypto";
import type { PermitInput } from "@offstreet/enforcement";
import { locations, OPERATOR_ID, PROVIDER_ID } from "../world.ts";

// What a host team writes for itself: the same sessions and the same events, without a line of this package.

/** One session as it is started at the vendor. */
export interface SessionByHand {
  readonly sessionId: string;
  readonly zone: string;
  readonly region: string;
  readonly start: string;
  readonly until: string;
  readonly event: Record<string, unknown>;
}

const zones = new Map(
  locations.map(({ id, region, providers }) => [id, { region, zone: providers[PROVIDER_ID]?.target }]),
);

const NO_FEES = { parking_fee: "0.00", convenience_fee: "0.00", tax: "0.00", currency_code: "USD" };

/** The session of a permit, under an id that is the same in every attempt. */
export function toSession(permit: PermitInput, at: string): SessionByHand {
  const [plate] = permit.plates;
  const [locationId = ""] = permit.locationIds;
  const lot = zones.get(locationId);
  if (plate === undefined || lot?.zone === undefined) throw new Error(`${permit.id} has no place.`);
  const region = plate.region ?? lot.region ?? "";
  const start = new Date(permit.validFrom).toISOString();
  const until = new Date(permit.validTo ?? 0).toISOString();
  const parts = [
    PROVIDER_ID,
    permit.companyId,
    permit.id,
    locationId,
    plate.number,
    region,
    lot.zone,
    start,
    0,
  ];
  const hex = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  const sessionId = `0ff57ee7-${hex.slice(0, 4)}-8${hex.slice(4, 7)}-a${hex.slice(7, 10)}-${hex.slice(10, 22)}`;
  const event = {
    occurred_at: at,
    session_id: sessionId,
    operator_id: OPERATOR_ID,
    passport_zone_id: lot.zone,
    start_time: start,
    end_time: until,
    vehicle: {
      vehicle_plate: plate.number,
      vehicle_state: region.slice(3),
      vehicle_country: region.slice(0, 2),
    },
    event_fees: NO_FEES,
  };
  return { sessionId, zone: lot.zone, region, start, until, event };
}

export function toBody(sessions: readonly SessionByHand[]): string {
  return JSON.stringify({
    type: "parking_session_started",
    version: "3.0.0",
    data: sessions.map(({ event }) => event),
  });
}
