import type { ProviderState, RegistrationState } from "../ledger/delivery.ts";
import type { Desired } from "./desired.ts";

/** The planner's input. */
export interface PlanInput {
  readonly desired: Desired;
  readonly delivery: ProviderState;
  /** The instant of the plan, by sync's clock. */
  readonly now: Date;
  /** `now` as ISO text, formatted once for all plans of one instant. */
  readonly at: string;
  /** When the clock is trusted again. Until then, no right counts as over. Undefined: the clock is trusted. */
  readonly steadyAt?: Date | undefined;
  readonly rules: PlanRules;
}

/** The part of the input that stays the same from plan to plan. */
export interface PlanRules {
  readonly providerId: string;
  /** The provider's own `openEndedDays`. */
  readonly openEndedDays: number;
  /** How long before its start a registration is sent, in milliseconds. */
  readonly leadTimeMs: number;
  /** Whether the vendor finds a right by our reference alone, without a receipt. Default false. */
  readonly ownReferences?: boolean;
}

/** The planner's result. */
export interface DeliveryPlan {
  /** Rights whose intent is to be sent now, after `delivery` was written. They do not depend on each other. */
  readonly operations: readonly RegistrationState[];
  /** When to plan again without a change; null: not before something changes. */
  readonly dueAt: Date | null;
  /** The delivery to write; the same object as in the input when nothing changed. */
  readonly delivery: ProviderState;
}
