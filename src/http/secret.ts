import { EnforcementError } from "../core/errors.ts";
import type { Secret } from "../core/provider.ts";

/**
 * A secret without what cannot be seen around it: white space, control and zero-width characters. One that was read from a
 * file ends in a line break, and one that was copied from a page may begin with U+200B; no vendor counts them as part of it.
 */
export function trimSecret(text: string): string {
  return text.replace(/^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu, "");
}

/**
 * The secret's text now, trimmed by {@link trimSecret}.
 *
 * @throws EnforcementError `unavailable` when the host's function fails or does not answer within `timeoutMs`,
 * `invalid_config` when it gives no text
 */
export async function askForSecret(secret: Secret, field: string, timeoutMs = 10_000): Promise<string> {
  if (typeof secret === "string") return trimSecret(secret);
  let given: unknown;
  try {
    given = await withinTime(secret, timeoutMs);
  } catch (thrown) {
    if (thrown === TOO_LATE) {
      const message = `${field}: the function that gives it did not answer within ${timeoutMs} ms.`;
      throw new EnforcementError("unavailable", message, { field });
    }
    // Its error is the host's, and may print the secret.
    throw new EnforcementError("unavailable", `${field}: the function that gives it failed.`, { field });
  }
  const text = typeof given === "string" ? trimSecret(given) : "";
  if (text !== "") return text;
  throw new EnforcementError("invalid_config", `${field}: the function that gives it must give text.`, {
    field,
  });
}

const TOO_LATE = Symbol("too late");

/** Several operations wait for one answer: a function that never gives one must not stop all that come after. */
async function withinTime(ask: () => unknown, timeoutMs: number): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(TOO_LATE), timeoutMs);
  });
  try {
    return await Promise.race([ask(), tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
