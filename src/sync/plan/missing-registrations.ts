import type { Registration } from "../../core/registration/registration.ts";
import type { ProviderState, RegistrationState } from "../ledger/delivery.ts";
import type { PlanRules } from "./delivery-plan.ts";
import { nextReference } from "./reference.ts";

/** A registration that the vendor does not have. */
export interface Missing {
  readonly wish: Registration;
  /** The right was cancelled to make way for another one, and is registered again. */
  readonly gaveWay?: true;
}

/** New rights, with open intents, for registrations that the vendor does not have. */
export function createMissingRegistrations(
  missing: readonly Missing[],
  delivery: ProviderState,
  { rules, at }: { rules: PlanRules; at: string },
): { rights: RegistrationState[]; used: readonly string[]; generation: number } {
  if (missing.length === 0) return { rights: [], used: delivery.used, generation: delivery.generation };
  const used = new Set(delivery.used);
  const rights: RegistrationState[] = [];
  let { generation } = delivery;
  for (const { wish, gaveWay } of missing) {
    const erased = delivery.erased === true;
    const next = nextReference(wish, { providerId: rules.providerId, used, generation, erased });
    used.add(next.identity);
    generation = Math.max(generation, next.registration.generation);
    rights.push({
      reference: next.reference,
      registration: next.registration,
      receipt: null,
      intent: { operation: "register", at, validTo: wish.validTo, attempts: 0, notBefore: null },
      failure: null,
      ...(gaveWay === undefined ? {} : { gaveWay }),
    });
  }
  return { rights, used: [...used], generation };
}
