import { operatorId, plateCodeOf, targetNumber } from "../world.ts";
import type { VendorRights, Verdict } from "./rights.ts";

/** A request as the vendors' process got it. */
export interface VendorRequest {
  readonly path: string;
  readonly authorization: string;
  readonly body: string;
}

export interface VendorReply {
  readonly status: number;
  readonly body: string;
}

export const TOKEN_PATH = "/v3/shared/access-tokens";
export const EVENTS_PATH = "/v3/shared/events";

/** The company that a bearer token of `passport-17` or `hotspot-17` names; NaN for any other. */
export function companyOfToken({ authorization }: VendorRequest): number {
  return Number(/^Bearer (?:passport|hotspot)-(\d+)$/.exec(authorization)?.[1] ?? Number.NaN);
}

/** The token is the client's id. It lives for a day. */
export function grantToken({ body }: VendorRequest): VendorReply {
  const token = new URLSearchParams(body).get("client_id");
  return json(200, { access_token: token, expires_in: 86_400 });
}

interface PassportEvent {
  readonly session_id: string;
  readonly operator_id: string;
  readonly passport_zone_id: string;
  readonly end_time: string;
  readonly vehicle: { readonly vehicle_plate: string };
}

/** Passport's events as far as this package sends them: accepted as a whole, in the order of the request. */
export function receiveEvents(request: VendorRequest, rights: VendorRights, tookMs: number): VendorReply {
  const company = companyOfToken(request);
  const { type, data } = JSON.parse(request.body) as { type: string; data: PassportEvent[] };
  let refused: Verdict | undefined;
  for (const event of data) {
    const { session_id: reference, operator_id, passport_zone_id, end_time, vehicle } = event;
    if (operator_id !== operatorId(company)) rights.note("An event came with the token of another operator.");
    const end = Date.parse(end_time);
    if (type === "parking_session_started") {
      const [plate, target] = [plateCodeOf(vehicle.vehicle_plate), targetNumber(passport_zone_id)];
      const verdict = rights.start({ reference, company, plate, target, end }, tookMs);
      if (verdict === "stopped") refused = verdict;
    } else {
      const isStop = type === "parking_session_stopped";
      const verdict = isStop ? rights.stop(reference, end, tookMs) : rights.change(reference, end, tookMs);
      if (verdict === "unknown" || verdict === "stopped") refused = verdict;
    }
  }
  if (refused === undefined) return json(200, {});
  return refused === "unknown"
    ? problem(404, "session_not_found", "data[0] session_id is not a known session")
    : problem(409, "session_stopped", "data[0] session_id is stopped already");
}

interface HotSpotBody {
  readonly PermitReference: string;
  readonly Plate: string;
  readonly SpotID: string;
  readonly EndTime: string;
}

/** HotSpot's wire as this package infers it. */
export function receiveHotSpot(request: VendorRequest, rights: VendorRights, tookMs: number): VendorReply {
  const company = companyOfToken(request);
  const { PermitReference: reference, Plate, SpotID, EndTime } = JSON.parse(request.body) as HotSpotBody;
  const end = Date.parse(EndTime);
  const accepted = json(200, { Reference: `H-${reference}` });
  if (request.path === "/permits") {
    const [plate, target] = [plateCodeOf(Plate), targetNumber(SpotID)];
    const verdict = rights.start({ reference, company, plate, target, end }, tookMs);
    return verdict === "applied"
      ? accepted
      : json(409, { ErrorCode: 9022, ErrorMessage: "The permit exists.", PermitReference: reference });
  }
  const isCancel = request.path === "/permits/cancel";
  const verdict = isCancel ? rights.stop(reference, end, tookMs) : rights.change(reference, end, tookMs);
  if (verdict === "applied" || verdict === "repeated") return accepted;
  return json(404, { ErrorCode: 9009, ErrorMessage: "There is no such permit." });
}

function json(status: number, body: unknown): VendorReply {
  return { status, body: JSON.stringify(body) };
}

function problem(status: number, code: string, detail: string): VendorReply {
  const type = `io.passportlabs:error:${code}`;
  return json(status, { type, title: code.replaceAll("_", " "), status, detail, additional_details: [] });
}
