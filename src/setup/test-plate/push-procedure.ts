import { isEnforcementError } from "../../core/errors.ts";
import {
  type Receipt,
  type Registration,
  toStoredRegistration,
} from "../../core/registration/registration.ts";
import type { TestPlateEvidence } from "../evidence/evidence.ts";
import { within } from "../within.ts";
import { cancelTestRight, isShown } from "./cancel-test-right.ts";
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
  const registration: Registration = {
    companyId: company.id,
    locationId: location.id,
    permitId: `test-plate-${id}`,
    plate,
    target,
    validFrom,
    validTo: endsAt,
  };
  const stored = toStoredRegistration(registration);
  let receipt: Receipt | undefined;
  // Whether the vendor certainly has no test right: nothing was sent, or the vendor applied nothing.
  let untouched = true;

  return {
    trace: { delivery: "push", registration: stored },
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
      return { delivery: "push", registration: stored, receipt };
    },
    async look() {
      if (receipt === undefined) return undefined;
      const seen = await isShown(provider, receipt, { ...running, now: clock() });
      return seen === undefined ? undefined : { by: "vendor", seen };
    },
    needsPerson: (looked) => looked?.seen !== true,
    async withdraw(record) {
      if (untouched) return;
      const trace = { delivery: "push" as const, registration: stored };
      const known: TestPlateEvidence & { trace: typeof trace } = {
        ...record,
        trace: receipt === undefined ? trace : { ...trace, receipt },
      };
      receipt = await cancelTestRight(provider, known, { ...clearing, now: clock() });
    },
    async isGone() {
      if (receipt === undefined) return untouched ? true : undefined;
      const shown = await isShown(provider, receipt, { ...clearing, now: clock() });
      return shown === undefined ? undefined : !shown;
    },
  };
}
