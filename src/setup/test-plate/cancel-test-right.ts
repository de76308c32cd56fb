import { isEnforcementError } from "../../core/errors.ts";
import type { FoundRight, PushProvider } from "../../core/provider.ts";
import { type Receipt, readRegistration } from "../../core/registration/registration.ts";
import type { TestPlateEvidence, TestPlateTrace } from "../evidence/evidence.ts";
import { type StepBounds, within } from "../within.ts";

type PushTrace = TestPlateTrace & { delivery: "push" };

/**
 * Cancels a test right at its vendor. Without a receipt it is not known whether the vendor accepted the registration, so it is
 * registered once more. This creates nothing twice, because its identity is derived from its content, and returns the receipt.
 * A delayed copy of the first request then finds the right present and cancelled.
 *
 * @throws EnforcementError when the vendor cannot be reached or refuses
 */
export async function cancelTestRight(
  provider: PushProvider,
  { startedAt, trace }: TestPlateEvidence & { trace: PushTrace },
  { now, ...bounds }: StepBounds & { now: Date },
): Promise<Receipt> {
  const registration = readRegistration(trace.registration);
  const at = new Date(startedAt);
  const receipt =
    trace.receipt ?? (await within(bounds, (signal) => provider.register(registration, { at, signal })));
  await within(bounds, (signal) => provider.cancel(receipt, { at: now, signal }));
  return receipt;
}

/**
 * Whether the vendor shows a test right as valid after `now`; `undefined` when the vendor cannot be read back.
 *
 * @throws EnforcementError when the vendor cannot be reached or refuses
 */
export async function isShown(
  provider: PushProvider,
  receipt: Receipt,
  { now, ...bounds }: StepBounds & { now: Date },
): Promise<boolean | undefined> {
  if (!provider.capabilities.find) return undefined;
  const { plate } = readRegistration(receipt.registration);
  try {
    const rights = await within(bounds, (signal) =>
      provider.find?.({ plate, target: receipt.target, signal }),
    );
    return rights?.some(
      (right) => isRight(right, receipt) && (right.validTo === null || right.validTo > now),
    );
  } catch (thrown) {
    if (isEnforcementError(thrown) && thrown.code === "unsupported") return undefined;
    throw thrown;
  }
}

/** Compares references, or the start when the vendor shows no references. */
function isRight({ reference, validFrom }: FoundRight, receipt: Receipt): boolean {
  return reference === undefined
    ? validFrom.toISOString() === receipt.registration.validFrom
    : reference === receipt.reference;
}
