import { isEnforcementError } from "../../core/errors.ts";
import type { FoundRight, PushProvider } from "../../core/provider.ts";
import type { Candidate, DifferingRight } from "./compare-target.ts";

const LOOKS_AT_ONCE = 8;

/**
 * Looks for what a list leaves out by its plate, where the vendor can be asked so: a list may have been cut where nobody
 * said so. Where it cannot, a complete list is believed, and one that may be incomplete says nothing.
 *
 * `missed`: the list left out what is there.
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

/** Undefined where nobody can tell. */
async function isShown(
  provider: PushProvider,
  { right }: DifferingRight,
  signal: AbortSignal | undefined,
): Promise<boolean | undefined> {
  if (!provider.capabilities.find || provider.find === undefined) return undefined;
  const { receipt, registration } = right;
  const { plate } = registration;
  const query = { plate: { raw: plate.number, ...plate }, target: receipt.target };
  try {
    const found = await provider.find(signal === undefined ? query : { ...query, signal });
    return found.some(({ reference }: FoundRight) => reference === receipt.reference);
  } catch (thrown) {
    if (isEnforcementError(thrown) && thrown.code === "unsupported") return undefined;
    throw thrown;
  }
}
