import { EnforcementError } from "../../core/errors.ts";

/** @throws EnforcementError `aborted` when the caller's signal has aborted */
export function requireRunning(
  signal: AbortSignal | undefined,
  { providerId, operation }: { providerId: string; operation: string },
): void {
  if (!signal?.aborted) return;
  const message = `${operation}: the caller's signal ended it.`;
  throw new EnforcementError("aborted", message, { providerId, operation });
}
