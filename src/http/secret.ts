import { EnforcementError } from "../core/errors.ts";
import type { Secret } from "../core/provider.ts";

/**
 * The secret's text now, without white space around it: a secret read from a file ends in a line break, which no vendor
 * counts as part of it.
 *
 * @throws EnforcementError `unavailable` when the host's function fails, `invalid_config` when it gives no text
 */
export async function askForSecret(secret: Secret, field: string): Promise<string> {
  if (typeof secret === "string") return secret.trim();
  let given: unknown;
  try {
    given = await secret();
  } catch {
    // Its error is the host's, and may print the secret.
    throw new EnforcementError("unavailable", `${field}: the function that gives it failed.`, { field });
  }
  if (typeof given === "string" && given.trim() !== "") return given.trim();
  throw new EnforcementError("invalid_config", `${field}: the function that gives it must give text.`, {
    field,
  });
}
