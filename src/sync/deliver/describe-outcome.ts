import type { Outcome } from "../../core/provider.ts";
import { isExtraPermit } from "../../core/registration/identity.ts";
import type { DeliveryId, RegistrationState } from "../ledger/delivery.ts";
import { isCancelledAlready, isLost } from "./apply-outcome.ts";
import type { Emit } from "./events.ts";
import { toFailureKey } from "./failure-key.ts";
import { isAlreadyThere, isOfOneItem, isRefusal } from "./send/judge-error.ts";

interface Subject extends DeliveryId {
  readonly companyId: string;
}

/** The event of an operation that has ended or is held; undefined for trouble that passes. */
export function describeOutcome(
  { providerId, companyId, permitId }: Subject,
  right: RegistrationState,
  outcome: Outcome<unknown>,
): Parameters<Emit>[0] | undefined {
  const { reference, registration, intent } = right;
  if (intent === null) return undefined;
  // Repeats of what was acknowledged are counted by the one who asked for them.
  if (right.repair?.whenRefused === "keep") return undefined;
  const { operation } = intent;
  const { locationId } = registration;
  // No host knows the permit of an extra right.
  const acknowledged = () =>
    isExtraPermit(permitId)
      ? undefined
      : ({ type: "acknowledged", providerId, companyId, permitId, locationId, operation } as const);
  if (outcome.ok) return acknowledged();
  const about = { providerId, companyId, permitId, locationId, operation };
  const { error } = outcome;
  const { code, status, vendorCode } = error;
  const said = {
    code,
    ...(status === undefined ? {} : { status }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
  };
  if (isOfOneItem(error)) return { type: "held", ...about, ...said };
  if (isCancelledAlready(intent, error)) return acknowledged();
  // The refusal is listed already, and sync repeats the operation by itself.
  if (intent.repeats !== undefined && isAlreadyThere(error)) return undefined;
  // The operation goes on as a registration.
  if (isLost(right, intent, error) || !isRefusal(error)) return undefined;
  return { type: "refused", ...about, ...said, key: toFailureKey({ providerId, permitId, reference }) };
}

/** The event of locations without a target, when one of them is new since the last plan. */
export function describeUnmapped(
  { providerId, companyId, permitId }: Subject,
  locationIds: readonly string[],
  before: readonly string[],
): Parameters<Emit>[0] | undefined {
  const isNews = locationIds.some((id) => !before.includes(id));
  return isNews ? { type: "unmapped", providerId, companyId, permitId, locationIds } : undefined;
}
