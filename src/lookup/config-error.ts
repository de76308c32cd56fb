import { EnforcementError, isEnforcementError } from "../core/errors.ts";

/** Runs the checks of a factory's options; what they throw becomes `invalid_config`, led by the factory's name. */
export function checkConfig<Settings>(factory: string, read: () => Settings): Settings {
  try {
    return read();
  } catch (error) {
    if (!isEnforcementError(error)) throw error;
    throw new EnforcementError("invalid_config", `${factory}: ${error.message}`, { field: error.field });
  }
}
