import { formatInstant } from "../../core/instant.ts";
import { countryOf, subdivisionOf } from "../../core/permit/region.ts";
import { findDenial } from "../../http/denial.ts";
import { describeBody } from "../../http/reply.ts";
import type {
  HotSpotOperation,
  HotSpotWire,
  HotSpotWireRefusal,
  HotSpotWireRequest,
  HotSpotWireResponse,
  HotSpotWireResult,
} from "./wire.ts";

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
      path: PATHS[kind],
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

const PATHS = { create: "/permits", amend: "/permits/update", cancel: "/permits/cancel" } as const;

function toCreateBody(operation: HotSpotOperation): Record<string, string> {
  const { permitReference, plateNumber, region, spotId, start, end } = operation;
  return {
    PermitReference: permitReference,
    Plate: plateNumber,
    Region: subdivisionOf(region),
    Country: countryOf(region),
    SpotID: spotId,
    StartTime: formatInstant(start),
    EndTime: formatInstant(end),
  };
}

function toChangeBody({ permitReference, vendorReference, end }: HotSpotOperation): Record<string, string> {
  return {
    PermitReference: permitReference,
    ...(vendorReference === undefined ? {} : { Reference: vendorReference }),
    EndTime: formatInstant(end),
  };
}

// The codes of the nearest published contract, OPSCOM's push API, whose documentation names HotSpot as an
// integrator; that HotSpot uses the like is inferred. Every other code is `rejected`.
const REASONS: ReadonlyMap<string, HotSpotWireRefusal["reason"]> = new Map([
  ["9001", "unauthorized"],
  ["9002", "unauthorized"],
  ["9009", "not_found"],
  ["9022", "already_exists"],
]);

/** Reads a reply in the inferred default format. Only a body with `ErrorCode` counts as HotSpot's refusal. */
function readDefaultReply({ status, body }: HotSpotWireResponse): HotSpotWireResult {
  let json: unknown;
  try {
    json = parseKeepingDigits(body);
  } catch (thrown) {
    // Any error but a SyntaxError is a stack overflow of deeply nested JSON.
    if (!(thrown instanceof SyntaxError)) return { noVerdict: "is nested too deeply" };
    return { noVerdict: describeBody({ body }) };
  }
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return { noVerdict: "is JSON, but no object" };
  }
  const fields = new Map<string, unknown>(Object.entries(json));
  const code = fields.get("ErrorCode");
  if (!isNoError(code)) {
    if (typeof code !== "string") return { noVerdict: "has an ErrorCode that is neither text nor number" };
    return { refusal: readRefusal(toCode(code), fields) };
  }
  if (status >= 300) return { noVerdict: "has no ErrorCode" };
  const denial = findForeignDenial(fields);
  if (denial !== undefined) return { noVerdict: `says no in "${denial}", but has no ErrorCode` };
  const reference = readText(fields.get("Reference"));
  return reference === undefined ? { noVerdict: "has no Reference" } : { reference };
}

// Where JSON has a number, one of these precedes it. In a text they may mean nothing.
const MAY_HOLD_NUMBER = /(?:^|[:,[])\s*-?\d/;

/**
 * Parses JSON with each number as its source text, because a JavaScript number keeps some sixteen digits. In a runtime without
 * source text access, a number that lost digits stays a number, which is then refused.
 */
function parseKeepingDigits(body: string): unknown {
  if (!MAY_HOLD_NUMBER.test(body)) return JSON.parse(body);
  const reviver = (_key: string, value: unknown, context?: { source?: string }): unknown => {
    if (typeof value !== "number") return value;
    return context?.source ?? (Number.isSafeInteger(value) ? String(value) : value);
  };
  return JSON.parse(body, reviver);
}

function isNoError(code: unknown): boolean {
  if (code === undefined || code === null || code === false) return true;
  return typeof code === "string" && Number(code) === 0;
}

/** `9006` in any of the ways in which JSON may write that number, white space around it included. */
function toCode(written: string): string {
  const code = written.trim();
  const isNumber = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(code);
  return isNumber && Number.isSafeInteger(Number(code)) ? String(Number(code)) : code;
}

function readRefusal(code: string, fields: ReadonlyMap<string, unknown>): HotSpotWireRefusal {
  const message = readText(fields.get("ErrorMessage"));
  const reference = readText(fields.get("Reference"));
  const permitReference = readText(fields.get("PermitReference"));
  return {
    reason: REASONS.get(code) ?? "rejected",
    code,
    ...(message === undefined ? {} : { message }),
    ...(reference === undefined ? {} : { reference }),
    ...(permitReference === undefined ? {} : { permitReference }),
  };
}

/** The name of a field by which a 2xx without an `ErrorCode` reports a failure. It overrides a reference. */
function findForeignDenial(fields: ReadonlyMap<string, unknown>): string | undefined {
  // Beside an `ErrorCode` of 0 the message may well be "OK".
  const known = fields.has("ErrorCode") ? ["ErrorCode", "ErrorMessage"] : [];
  const others = [...fields].filter(([name]) => !known.includes(name));
  const outer = findDenial(Object.fromEntries(others));
  if (outer !== undefined) return outer;
  return others.find(([, value]) => [value].flat().some(holdsErrorCode))?.[0];
}

function holdsErrorCode(value: unknown): boolean {
  return typeof value === "object" && value !== null && "ErrorCode" in value && !isNoError(value.ErrorCode);
}

function readText(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value : undefined;
}
