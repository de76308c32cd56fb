import type { Receipt, Registration } from "../../core/registration/registration.ts";
import type { Intent, Refusal, RegistrationState, Repair } from "../ledger/delivery.ts";

// A repair says again what the vendor acknowledged. `reconcile` and `reassert` write it into the right; it becomes an
// intent like any other, and gives way to whatever the permit asks for by then.

/** A right with a repair and without an open operation. */
export type RightToRepair = RegistrationState & { readonly receipt: Receipt; readonly repair: Repair };

/** Whether a repair of the right is due to be decided. */
export function isToRepair(right: RegistrationState): right is RightToRepair {
  return right.repair !== undefined && right.intent === null && right.receipt !== null;
}

/** The right with the repair's intent, decided at `at`. */
export function decideRepair(right: RightToRepair, at: string): RegistrationState {
  const { receipt, repair, failure } = right;
  const { registration } = receipt;
  const { operation } = repair;
  return {
    ...right,
    registration,
    intent: { operation, at, validTo: registration.validTo, attempts: 0, notBefore: null },
    failure: null,
    ...(failure === null ? {} : { repair: { ...repair, failure } }),
  };
}

/** Whether the end that a repair states again is still the one to state, although the permit may want a refused one. */
export function isRepairOf({ repair }: RegistrationState, { validTo }: Intent, wish: Registration): boolean {
  return repair !== undefined && (wish.validTo === validTo || wish.validTo === repair.failure?.validTo);
}

/** The right as it was before its repair was decided, and without it. */
export function withoutRepair(right: RegistrationState): RegistrationState {
  const { repair, ...rest } = right;
  if (repair === undefined) return right;
  const failure = repair.failure ?? null;
  if (right.intent === null) return rest;
  return { ...rest, intent: null, failure, registration: refusedRegistration(right.registration, failure) };
}

/** A refused amendment's registration names the end that was refused. */
export function refusedRegistration(registration: Registration, failure: Refusal | null): Registration {
  if (failure === null || failure.validTo === registration.validTo) return registration;
  return { ...registration, validTo: failure.validTo };
}
