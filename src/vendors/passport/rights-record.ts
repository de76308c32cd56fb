import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import { findRegion } from "../../core/permit/region.ts";
import type { FoundRight, ListedRegistration } from "../../core/provider.ts";
import type { PassportConfig } from "./config.ts";
import { PARKING_RIGHTS_PATH, parkingRightRecord, vehicleRecord } from "./wire.ts";

/** The address of the rights of one zone. */
export function rightsUrl(config: PassportConfig, zone: string): URL {
  const url = new URL(`${config.baseUrl}${PARKING_RIGHTS_PATH}`);
  url.searchParams.set("operator_id", config.operatorId);
  url.searchParams.set("zone_id", zone);
  return url;
}

/** A right in the reply. */
export interface RightRecord {
  readonly right: FoundRight;
  /** Absent when the record names no operator. */
  readonly operatorId: string | undefined;
  readonly vehicle: unknown;
}

/** Reads a right; `undefined` when it cannot be read. */
export function findRight(record: unknown): RightRecord | undefined {
  const parsed = parkingRightRecord.safeParse(record);
  if (!parsed.success) return undefined;
  const { zone_id, operator_id, start_time, end_time, reference_id, vehicle } = parsed.data;
  const validFrom = new Date(start_time);
  const validTo = end_time ? new Date(end_time) : null;
  if (Number.isNaN(validFrom.getTime()) || Number.isNaN(validTo?.getTime() ?? 0)) return undefined;
  const reference = reference_id ? { reference: reference_id } : {};
  return {
    right: { target: zone_id, validFrom, validTo, ...reference },
    operatorId: operator_id?.toLowerCase(),
    vehicle,
  };
}

/** The plate of a right, when it can be read. */
export function findPlate(vehicle: unknown): Pick<ListedRegistration, "plate"> {
  const parsed = vehicleRecord.safeParse(vehicle);
  if (!parsed.success) return {};
  const { vehicle_plate, vehicle_state, vehicle_country } = parsed.data;
  const number = findNumber(vehicle_plate);
  if (number === undefined) return {};
  const region = findRegion(vehicle_country ? `${vehicle_country}-${vehicle_state}` : vehicle_state);
  return { plate: region === undefined ? { number } : { number, region } };
}

function findNumber(written: string): string | undefined {
  try {
    return canonicalPlateNumber(written, "vehicle_plate");
  } catch {
    return undefined;
  }
}
