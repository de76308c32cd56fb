import type { Outcome } from "../core/provider.ts";
import { isRefusal } from "./apply-outcome.ts";
import type { DeliveryId, Right } from "./delivery.ts";
import type { Emit } from "./events.ts";
import { toFailureKey } from "./failure-key.ts";

interface Subject extends DeliveryId {
  readonly companyId: string;
}

/** The event of an operation that has come to an end; trouble that passes is none. */
export function describeOutcome(
  { providerId, companyId, permitId }: Subject,
  { reference, registration, intent }: Right,
  outcome: Outcome<unknown>,
): Parameters<Emit>[0] | undefined {
  if (intent === null) return undefined;
  const { operation } = intent;
  const about = { providerId, companyId, permitId, locationId: registration.locationId, operation };
  if (outcome.ok) return { type: "acknowledged", ...about };
  const { error } = outcome;
  if (!isRefusal(error)) return undefined;
  const { code, status, vendorCode } = error;
  return {
    ...{ type: "refused", ...about, code, key: toFailureKey({ providerId, permitId, reference }) },
    ...(status === undefined ? {} : { status }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
  };
}

/** The event of locations without a target, where they are not those of the last time. */
export function describeUnmapped(
  { providerId, companyId, permitId }: Subject,
  locationIds: readonly string[],
  before: readonly string[],
): Parameters<Emit>[0] | undefined {
  const isNews = locationIds.some((id) => !before.includes(id));
  return isNews ? { type: "unmapped", providerId, companyId, permitId, locationIds } : undefined;
}
