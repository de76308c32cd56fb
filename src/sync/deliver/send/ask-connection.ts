import { EnforcementError, isEnforcementError } from "../../../core/errors.ts";
import type { ConnectionCheck, Outcome, PushProvider } from "../../../core/provider.ts";

/** Calls the provider's `checkConnection`. Never rejects, whatever the provider does. */
export async function askConnection(
  provider: PushProvider,
  signal: AbortSignal,
): Promise<Outcome<ConnectionCheck>> {
  try {
    return { ok: true, value: await provider.checkConnection({ signal }) };
  } catch (thrown) {
    if (isEnforcementError(thrown)) return { ok: false, error: thrown };
    // A foreign error may print anything, a plate included, so nothing of it is kept.
    const message = "The provider threw something else than an EnforcementError.";
    return {
      ok: false,
      error: new EnforcementError("invalid_response", message, { providerId: provider.id }),
    };
  }
}
