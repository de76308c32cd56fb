import type { Delivery, Right } from "../ledger/delivery.ts";
import type { Desired } from "./desired.ts";

/** What the planner goes by. */
export interface PlanInput {
  readonly desired: Desired;
  readonly delivery: Delivery;
  /** What the clock shows. */
  readonly now: Date;
  /** When the clock is believed again: until then, nothing is over by it. Undefined: it is believed. */
  readonly steadyAt?: Date | undefined;
  readonly rules: PlanRules;
}

/** What stays the same from plan to plan. */
export interface PlanRules {
  readonly providerId: string;
  /** As the provider has it. */
  readonly openEndedDays: number;
  /** How long before its start a registration is sent. */
  readonly leadTimeMs: number;
  /** Whether the vendor finds a right by our reference alone, without a receipt. Default false. */
  readonly ownReferences?: boolean;
}

/** What may be done now. */
export interface DeliveryPlan {
  /** Rights whose intent is to be sent now, after `delivery` was written. They are independent of each other. */
  readonly operations: readonly Right[];
  /** When to look again although nothing happened; null: when something does. */
  readonly dueAt: Date | null;
  /** The very object that was given when there is nothing to write. */
  readonly delivery: Delivery;
}
