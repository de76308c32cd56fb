import { countryOf, subdivisionOf } from "../../core/permit/region.ts";
import { readDefaultReply } from "./default-reply.ts";
import type { HotSpotOperation, HotSpotWire, HotSpotWireRequest } from "./wire.ts";

/**
 * The inferred default wire format: JSON over HTTPS, tokens in headers, times with an offset, and the provider's own reference
 * in every request.
 *
 * | operation | request |
 * |---|---|
 * | create | `POST /permits` `{ PermitReference, Plate, Region, Country, SpotID, StartTime, EndTime }` |
 * | amend | `POST /permits/update` `{ PermitReference, Reference?, EndTime }` |
 * | cancel | `POST /permits/cancel` `{ PermitReference, Reference?, EndTime }` |
 *
 * A success is `{ Reference }` under 2xx. A refusal is `{ ErrorCode, ErrorMessage }` under 2xx or 4xx; an `ErrorCode` of
 * `0` is no error. Numbers are read as text, so that a long reference keeps every digit.
 */
export const defaultHotSpotWire: HotSpotWire = Object.freeze({
  encode(operation: HotSpotOperation): HotSpotWireRequest {
    const { kind, token, companyToken } = operation;
    return {
      method: "POST",
      path: { create: "/permits", amend: "/permits/update", cancel: "/permits/cancel" }[kind],
      headers: {
        "content-type": "application/json",
        authorization: `Bearer ${token}`,
        ...(companyToken === undefined ? {} : { "x-company-token": companyToken }),
      },
      body: JSON.stringify(kind === "create" ? toCreateBody(operation) : toChangeBody(operation)),
    };
  },

  decode: readDefaultReply,
});

function toCreateBody(operation: HotSpotOperation): Record<string, string> {
  const { permitReference, plateNumber, region, spotId, start, end } = operation;
  return {
    PermitReference: permitReference,
    Plate: plateNumber,
    Region: subdivisionOf(region),
    Country: countryOf(region),
    SpotID: spotId,
    StartTime: start.toISOString(),
    EndTime: end.toISOString(),
  };
}

function toChangeBody({ permitReference, vendorReference, end }: HotSpotOperation): Record<string, string> {
  return {
    PermitReference: permitReference,
    ...(vendorReference === undefined ? {} : { Reference: vendorReference }),
    EndTime: end.toISOString(),
  };
}
