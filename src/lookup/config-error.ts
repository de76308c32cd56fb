import { EnforcementError, isEnforcementError } from "../core/errors.ts";

/** Checks a factory's options with `read`. Its `EnforcementError` becomes `invalid_config` with the factory's name in front. */
export function checkConfig<Settings>(factory: string, read: () => Settings): Settings {
  try {
    return read();
  } catch (error) {
    if (!isEnforcementError(error)) throw error;
    throw new EnforcementError("invalid_config", `${factory}: ${error.message}`, { field: error.field });
  }
}
