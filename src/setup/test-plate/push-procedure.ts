import { isEnforcementError } from "../../core/errors.ts";
import type { FoundRight, PushProvider } from "../../core/provider.ts";
import { type Receipt, readRegistration, registrationAt } from "../../core/registration/registration.ts";
import type { TestPlateTrace } from "../evidence/evidence.ts";
import { type StepBounds, within } from "../within.ts";
import type { PushTestPlateOptions } from "./test-plate.ts";
import type { TestPlateProcedure, TestPlateRun } from "./test-plate-run.ts";

/** The test plate of a push provider: a test right is registered, read back, and cancelled. */
export function createPushProcedure(
  run: TestPlateRun,
  { provider }: PushTestPlateOptions,
): TestPlateProcedure {
  const { id, company, location, target, plate, startedAt, validFrom, endsAt, clock } = run;
  const what = provider.setup.title;
  const running = { signal: run.signal, deadlineMs: run.deadlineMs, what };
  // The plate is withdrawn also after the caller has aborted.
  const clearing = { signal: undefined, deadlineMs: run.deadlineMs, what };
  const right = { id: `test-plate-${id}`, companyId: company.id, validFrom, validTo: endsAt };
  const registration = registrationAt(right, plate, { location, target });
  let receipt: Receipt | undefined;
  // Whether the vendor certainly has no test right: nothing was sent, or the vendor applied nothing.
  let untouched = true;

  return {
    trace: { delivery: "push", registration },
    async publish() {
      receipt = await within(running, async (signal) => {
        untouched = false;
        try {
          return await provider.register(registration, { at: startedAt, signal });
        } catch (thrown) {
          untouched = isEnforcementError(thrown) && thrown.outcome === "not_applied";
          throw thrown;
        }
      });
      return { delivery: "push", registration, receipt };
    },
    async look() {
      if (receipt === undefined) return undefined;
      const seen = await isShown(provider, receipt, { ...running, now: clock() });
      return seen === undefined ? undefined : { by: "vendor", seen };
    },
    needsPerson: (looked) => looked?.seen !== true,
    async withdraw({ trace }) {
      if (untouched || trace.delivery === "pull") return;
      receipt = await cancelTestRight(provider, trace, {
        ...clearing,
        registeredAt: startedAt,
        now: clock(),
      });
    },
    async isGone() {
      if (receipt === undefined) return untouched ? true : undefined;
      const shown = await isShown(provider, receipt, { ...clearing, now: clock() });
      return shown === undefined ? undefined : !shown;
    },
  };
}

/**
 * Cancels a test right at its vendor. Without a receipt it is not known whether the vendor accepted the registration, so it is
 * registered once more. This creates nothing twice, because its identity is derived from its content, and returns the receipt.
 * A delayed copy of the first request then finds the right present and cancelled.
 *
 * @throws EnforcementError when the vendor cannot be reached or refuses
 */
export async function cancelTestRight(
  provider: PushProvider,
  trace: TestPlateTrace & { delivery: "push" },
  { registeredAt: at, now, ...bounds }: StepBounds & { registeredAt: Date; now: Date },
): Promise<Receipt> {
  const { registration } = trace;
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
  const { number, ...issued } = readRegistration(receipt.registration).plate;
  const plate = { raw: number, number, ...issued };
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
