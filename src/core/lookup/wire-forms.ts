import { fieldError } from "../fields.ts";
import { formatInstant } from "../instant.ts";
import type { LookupRefusal } from "./dialect.ts";
import type { LookupReply } from "./lookup-message.ts";

// What the built-in dialects write and read alike: the end of a permit, and JSON.

/**
 * What an end time holds for a permit without an end. A handheld shows a date and compares it with today; none of
 * them is known to accept a missing one, and this one reads as "no end" and fits every date type. Inferred.
 */
export const OPEN_END = "2099-12-31T23:59:59.000Z";

/** The end of a permit as every built-in dialect writes it: UTC, exclusive; {@link OPEN_END} where there is none. */
export function toEndText(validTo: Date | null): string {
  return validTo === null ? OPEN_END : formatInstant(validTo);
}

/** The value of a JSON text; `undefined`, which no JSON text gives, when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// A lookup is flat. A body that is nested deeper than this is an attack.
const MAX_DEPTH = 8;

/**
 * The JSON value of a lookup's body. A key called `__proto__` is a key like any other.
 *
 * @throws EnforcementError `invalid_input` when it is empty, not JSON, or nested more than eight levels deep
 */
export function parseJsonBody(body: string): unknown {
  const value = parseJson(body);
  if (value === undefined) {
    const isEmpty = body.trim() === "";
    throw fieldError("body", isEmpty ? "is empty; send a JSON object." : "is not JSON, or was cut off.");
  }
  if (isDeeperThan(value, MAX_DEPTH)) throw fieldError("body", "is nested too deep.");
  return value;
}

/** Looks no further down than it has to. */
function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}

const JSON_HEADERS = Object.freeze({ "content-type": "application/json; charset=utf-8" });

/** A value as a JSON reply. */
export function toJsonReply(
  status: number,
  value: unknown,
  headers?: Readonly<Record<string, string>>,
): LookupReply {
  const all = headers === undefined ? JSON_HEADERS : { ...headers, ...JSON_HEADERS };
  return { status, headers: all, body: JSON.stringify(value) };
}

/** A refusal as JSON. Clients look at the status; the form of the body is ours. */
export function toJsonRefusal({ status, code, message, headers }: LookupRefusal): LookupReply {
  return toJsonReply(status, { error: { code, message } }, headers);
}
