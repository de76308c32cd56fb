import type * as z from "zod/mini";
import { canonicalPlateNumber } from "../../core/permit/plate.ts";
import { findRegion } from "../../core/permit/region.ts";
import type { FoundRight, ListedRegistration } from "../../core/provider.ts";
import { outcomeOf } from "../../core/registration/outcome.ts";
import type { HttpReply } from "../../http/reply.ts";
import type { PassportConfig } from "./config.ts";
import { readAnswer } from "./verdict.ts";
import {
  findNextPage,
  PARKING_RIGHTS_PATH,
  parkingRightRecord,
  parkingRightsReply,
  type vehicleRecord,
} from "./wire.ts";

// Whether Passport limits the length of a list is unpublished. A list of one of these lengths that names no next page may have
// been cut there.
const USUAL_PAGE_SIZES = new Set([
  10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 20_000, 25_000, 50_000,
]);

/** One page of a zone's rights. */
export interface RightsPage {
  readonly registrations: readonly ListedRegistration[];
  /** The address of the next page; `undefined` after the last one. */
  readonly next: URL | undefined;
  /** False when rights are missing: a record could not be read, or a page could not be requested. */
  readonly whole: boolean;
}

/** The address of the rights of one zone. */
export function rightsUrl(config: PassportConfig, zone: string): URL {
  const url = new URL(`${config.baseUrl}${PARKING_RIGHTS_PATH}`);
  url.searchParams.set("operator_id", config.operatorId);
  url.searchParams.set("zone_id", zone);
  return url;
}

/** The rights in the reply to a request for one plate. A record that cannot be read is left out. */
export function readRights(reply: HttpReply): FoundRight[] {
  return readAnswer(reply, parkingRightsReply).data.flatMap((record) => findRight(record)?.right ?? []);
}

/** Reads the reply to a request for a zone's rights at `url`. Rights of another zone or operator are left out. */
export function readRightsPage(
  reply: HttpReply,
  { zone, operatorId, url }: { zone: string; operatorId: string; url: URL },
): RightsPage {
  const page = readAnswer(reply, parkingRightsReply);
  const registrations: ListedRegistration[] = [];
  let unreadable = 0;
  for (const record of page.data) {
    const found = findRight(record);
    if (found === undefined) unreadable += 1;
    else if (found.right.target.toLowerCase() === zone && (found.operatorId ?? operatorId) === operatorId) {
      registrations.push({ ...found.right, target: zone, ...findPlate(found.vehicle) });
    }
  }
  const isFull = USUAL_PAGE_SIZES.has(page.data.length);
  const { next, cut } = findNextPage(page, reply, { current: url, isFull });
  return { registrations, next, whole: unreadable === 0 && !cut };
}

type Vehicle = z.output<typeof vehicleRecord>;

/** Reads a right; `undefined` when it cannot be read. */
function findRight(
  record: unknown,
): { right: FoundRight; operatorId: string | undefined; vehicle: Vehicle | undefined } | undefined {
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
function findPlate(vehicle: Vehicle | undefined): Pick<ListedRegistration, "plate"> {
  if (vehicle === undefined) return {};
  const { vehicle_plate, vehicle_state, vehicle_country } = vehicle;
  const number = outcomeOf(() => canonicalPlateNumber(vehicle_plate, "vehicle_plate"));
  if (!number.ok) return {};
  const region = findRegion(vehicle_country ? `${vehicle_country}-${vehicle_state}` : vehicle_state);
  return { plate: region === undefined ? { number: number.value } : { number: number.value, region } };
}
