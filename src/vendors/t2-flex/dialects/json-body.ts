import { fieldError } from "../../../core/fields.ts";

// A lookup is flat. A body that is nested deeper than this is an attack.
const MAX_DEPTH = 8;

/**
 * The JSON value of a body. A key called `__proto__` is a key like any other.
 *
 * @throws EnforcementError `invalid_input` when it is empty, not JSON, or nested more than eight levels deep
 */
export function parseJsonBody(body: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    throw fieldError(
      "body",
      body.trim() === "" ? "is empty; send a JSON object." : "is not JSON, or was cut off.",
    );
  }
  if (isDeeperThan(value, MAX_DEPTH)) throw fieldError("body", "is nested too deep.");
  return value;
}

/** Looks no further down than it has to. */
function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}
