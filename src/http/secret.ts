import { EnforcementError } from "../core/errors.ts";
import type { Secret } from "../core/provider.ts";

/**
 * The secret's text now, without white space around it: a secret read from a file ends in a line break, which no vendor
 * counts as part of it.
 *
 * @throws EnforcementError `unavailable` when the host's function fails or does not answer within `timeoutMs`,
 * `invalid_config` when it gives no text
 */
export async function askForSecret(secret: Secret, field: string, timeoutMs = 10_000): Promise<string> {
  if (typeof secret === "string") return secret.trim();
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
  if (typeof given === "string" && given.trim() !== "") return given.trim();
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
