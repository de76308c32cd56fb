import { EnforcementError } from "../core/errors.ts";
import type { Secret } from "../core/provider.ts";
import { systemTimers, type Timers } from "../core/timers.ts";

/**
 * Removes invisible characters around a secret: white space, control and zero-width characters. A secret read from a file
 * ends in a line break, and one copied from a web page may begin with U+200B.
 */
export function trimSecret(text: string): string {
  return text.replace(/^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu, "");
}

/**
 * The secret's current text, trimmed by {@link trimSecret}.
 *
 * @throws EnforcementError `unavailable` when the host's function fails or does not answer within `limit.timeoutMs` milliseconds;
 * `invalid_config` when it returns anything but text, or text that is empty
 */
export async function readSecret(
  secret: Secret,
  field: string,
  limit: { timeoutMs: number; timers: Timers } = { timeoutMs: 10_000, timers: systemTimers },
): Promise<string> {
  if (typeof secret === "string") return trimSecret(secret);
  let given: unknown;
  try {
    given = await withinTime(secret, limit);
  } catch (thrown) {
    if (thrown === TOO_LATE) {
      const message = `${field}: the function that gives it did not answer within ${limit.timeoutMs} ms.`;
      throw new EnforcementError("unavailable", message, { field });
    }
    // The host's own error is dropped: it may hold the secret.
    throw new EnforcementError("unavailable", `${field}: the function that gives it failed.`, { field });
  }
  const text = typeof given === "string" ? trimSecret(given) : "";
  if (text !== "") return text;
  throw new EnforcementError("invalid_config", `${field}: the function that gives it must give text.`, {
    field,
  });
}

const TOO_LATE = Symbol("too late");

/** Bounds the host's function: several operations wait for one answer, and an answer that never comes must not block them. */
async function withinTime(
  ask: () => unknown,
  { timeoutMs, timers }: { timeoutMs: number; timers: Timers },
): Promise<unknown> {
  let cancelTimer = () => {};
  const tooLate = new Promise<never>((_, reject) => {
    cancelTimer = timers.after(timeoutMs, () => reject(TOO_LATE));
  });
  try {
    return await Promise.race([ask(), tooLate]);
  } finally {
    cancelTimer();
  }
}
