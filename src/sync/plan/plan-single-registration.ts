import { timeOf } from "../../core/instant.ts";
import type { Registration } from "../../core/registration/registration.ts";
import type { ProviderState, RegistrationState } from "../ledger/delivery.ts";
import { isBehind } from "../ledger/delivery-facts.ts";
import type { DeliveryPlan, PlanInput } from "./delivery-plan.ts";
import { isSameRight } from "./desired.ts";
import { nextReference } from "./reference.ts";
import { endOf } from "./right-terms.ts";

// Most permits are one plate at one location, which is registered once and then left alone. A backfill plans a million
// of them twice, and collecting the garbage of a full plan takes longer than planning. This file decides nothing
// differently from the planner: in every case where the two could differ, it gives no plan.

/**
 * The plan of a delivery with one registration that is new, or is as it should be; undefined for any other delivery.
 */
export function planSingleRegistration({
  desired,
  delivery,
  now,
  at,
  rules,
}: PlanInput): DeliveryPlan | undefined {
  const { registrations, unmapped, held } = desired;
  const { rights } = delivery;
  const wish = registrations[0];
  if (wish === undefined || registrations.length > 1 || rights.length > 1) return undefined;
  if (held !== undefined || unmapped.length > 0 || delivery.unmapped.length > 0) return undefined;
  const time = now.getTime();
  if (delivery.ended !== undefined || isBehind(delivery, time)) return undefined;
  const right = rights[0];
  if (right !== undefined) {
    return isSameRight(right.registration, wish) && needsNothing(right, wish, time)
      ? { operations: NONE, dueAt: null, delivery }
      : undefined;
  }
  if (delivery.used.length > 0 || delivery.erased === true) return undefined;
  const isDue = timeOf(wish.validFrom) - rules.leadTimeMs <= time && endOf(wish.validTo) > time;
  return isDue ? planFirst(delivery, wish, { at, providerId: rules.providerId }) : undefined;
}

const NONE: readonly RegistrationState[] = [];

/** Whether the vendor has acknowledged exactly what is wanted, with no later change to expect. */
function needsNothing(
  { receipt, intent, failure, mayLastUntil, repair }: RegistrationState,
  { validTo }: Registration,
  time: number,
): boolean {
  if (receipt === null || intent !== null || failure !== null || validTo === null) return false;
  if (mayLastUntil !== undefined || repair !== undefined) return false;
  return (
    receipt.registration.validTo === validTo && timeOf(validTo) > time && timeOf(receipt.coveredUntil) > time
  );
}

function planFirst(
  delivery: ProviderState,
  wish: Registration,
  { at, providerId }: { at: string; providerId: string },
): DeliveryPlan {
  const { generation, unmapped } = delivery;
  const { reference, registration } = nextReference(wish, {
    providerId,
    used: NEVER_USED,
    generation,
    erased: false,
  });
  const { validTo } = wish;
  const intent = { operation: "register" as const, at, validTo, attempts: 0, notBefore: null };
  const operations = [{ reference, registration, receipt: null, intent, failure: null }];
  return {
    operations,
    dueAt: null,
    delivery: {
      v: 1,
      rights: operations,
      used: [reference],
      generation: Math.max(generation, registration.generation),
      decidedAt: at,
      unmapped,
    },
  };
}

const NEVER_USED: ReadonlySet<string> = new Set();
