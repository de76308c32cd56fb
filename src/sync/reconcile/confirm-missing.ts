import { isEnforcementError } from "../../core/errors.ts";
import type { FoundRight, PushProvider } from "../../core/provider.ts";
import type { Candidate, DifferingRight } from "./compare-target.ts";

const LOOKS_AT_ONCE = 8;

/**
 * Looks up by its plate what a list leaves out, where the vendor can be asked for a plate: a list may have been cut off
 * without saying so. Elsewhere a missing right is confirmed by a complete list, and dropped for one that may be
 * incomplete.
 *
 * `missed`: the list left out a right that the vendor has.
 */
export async function confirmMissing(
  provider: PushProvider,
  candidates: Iterable<Candidate>,
  { complete, signal }: { complete: boolean; signal: AbortSignal | undefined },
): Promise<{ confirmed: Candidate[]; missed: boolean }> {
  const confirmed: Candidate[] = [];
  let missed = false;
  const queue = [...candidates].values();
  const look = async () => {
    for (const candidate of queue) {
      const shown = candidate.kind === "missing" && (await isShown(provider, candidate, signal));
      if (shown === true) missed = true;
      else if (shown === false || complete) confirmed.push(candidate);
    }
  };
  await Promise.all(Array.from({ length: LOOKS_AT_ONCE }, look));
  return { confirmed, missed };
}

/** Whether the vendor finds the right; undefined where it cannot be asked. */
async function isShown(
  provider: PushProvider,
  { right }: DifferingRight,
  signal: AbortSignal | undefined,
): Promise<boolean | undefined> {
  if (!provider.capabilities.find) return undefined;
  const { receipt, registration } = right;
  const { plate } = registration;
  const query = { plate: { raw: plate.number, ...plate }, target: receipt.target };
  try {
    const found = await provider.find?.(signal === undefined ? query : { ...query, signal });
    return found?.some(({ reference }: FoundRight) => reference === receipt.reference);
  } catch (thrown) {
    if (isEnforcementError(thrown) && thrown.code === "unsupported") return undefined;
    throw thrown;
  }
}
