import * as z from "zod/mini";
import { countryOf, subdivisionOf } from "../../core/region.ts";

/**
 * HotSpot's wire as two functions. HotSpot publishes nothing of it, so all of it can be replaced: `encode` turns an
 * operation into a request, `decode` a reply into a reference or a refusal.
 */
export interface HotSpotWire {
  /** The path must start with a slash. What it throws ends the operation before anything is sent. */
  encode(operation: HotSpotOperation): HotSpotWireRequest;
  /**
   * Sees every reply of status 2xx and 4xx but 408 and 429, possibly more than once. When it throws, a 2xx counts as
   * an unreadable reply and a 4xx as what its status says.
   */
  decode(response: HotSpotWireResponse): HotSpotWireResult;
}

/** One change to one right, in neutral words. */
export interface HotSpotOperation {
  readonly kind: "create" | "amend" | "cancel";
  /** Our reference of the right. A repeat carries the same one. */
  readonly permitReference: string;
  /** HotSpot's reference of it; absent when the right is created, or HotSpot never told. */
  readonly vendorReference?: string;
  /** The SpotID: opaque text, leading zeros kept. */
  readonly spotId: string;
  readonly plateNumber: string;
  /** ISO 3166-2, such as `CA-NB`. */
  readonly region: string;
  readonly start: Date;
  readonly end: Date;
  /** When the change was decided. */
  readonly at: Date;
  readonly token: string;
  readonly companyToken?: string;
}

export interface HotSpotWireRequest {
  readonly method: string;
  /** Below `baseUrl`, with a leading slash. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HotSpotWireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export type HotSpotWireResult = { readonly reference: string } | { readonly refusal: HotSpotWireRefusal };

/** A refusal in neutral words, with HotSpot's own beside them. */
export interface HotSpotWireRefusal {
  /** `already_exists`: a right with our reference is there. `not_found`: none is. `rejected`: anything else. */
  readonly reason: "already_exists" | "not_found" | "unauthorized" | "rejected";
  readonly code?: string;
  readonly message?: string;
  /** With `already_exists`: HotSpot's and our reference of the right that is there, as far as HotSpot tells. */
  readonly reference?: string;
  readonly permitReference?: string;
}

// The codes of the nearest published contract, OPSCOM's push API, whose documentation names HotSpot as an
// integrator; that HotSpot uses the like is inferred. 9010 and the paths are ours.
const REASONS: Readonly<Record<string, HotSpotWireRefusal["reason"]>> = {
  "9001": "unauthorized",
  "9002": "unauthorized",
  "9009": "not_found",
  "9022": "already_exists",
};

const acceptedReply = z.object({ Reference: z.union([z.string().check(z.minLength(1)), z.number()]) });

const refusedReply = z.object({
  ErrorCode: z.union([z.string(), z.number()]),
  ErrorMessage: z.nullish(z.string()),
  Reference: z.nullish(z.union([z.string(), z.number()])),
  PermitReference: z.nullish(z.string()),
});

/**
 * The inferred default: JSON over HTTPS, tokens in headers, times with an offset, our reference in every request.
 *
 * | operation | request |
 * |---|---|
 * | create | `POST /permits` `{ PermitReference, Plate, Region, Country, SpotID, StartTime, EndTime }` |
 * | amend | `POST /permits/update` `{ PermitReference, Reference?, EndTime }` |
 * | cancel | `POST /permits/cancel` `{ PermitReference, Reference?, EndTime }` |
 *
 * A success is `{ Reference }`, a refusal `{ ErrorCode, ErrorMessage }`.
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

  decode({ status, body }: HotSpotWireResponse): HotSpotWireResult {
    const json: unknown = JSON.parse(body);
    if (status < 300) return { reference: String(acceptedReply.parse(json).Reference) };
    const { ErrorCode, ErrorMessage, Reference, PermitReference } = refusedReply.parse(json);
    const code = String(ErrorCode);
    return {
      refusal: {
        reason: REASONS[code] ?? "rejected",
        code,
        ...(ErrorMessage ? { message: ErrorMessage } : {}),
        ...(Reference ? { reference: String(Reference) } : {}),
        ...(PermitReference ? { permitReference: PermitReference } : {}),
      },
    };
  },
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
