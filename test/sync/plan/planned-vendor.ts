import assert from "node:assert/strict";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { Outcome } from "../../../src/core/provider.ts";
import type { Receipt, Registration } from "../../../src/core/registration/registration.ts";
import { applyOutcome } from "../../../src/sync/deliver/apply-outcome.ts";
import {
  NO_DELIVERY,
  type ProviderState,
  type RegistrationState,
} from "../../../src/sync/ledger/delivery.ts";
import type { DeliveryPlan, PlanRules } from "../../../src/sync/plan/delivery-plan.ts";
import { byRight, type Desired, rightKeyOf } from "../../../src/sync/plan/desired.ts";
import { planDelivery, planRegistrations } from "../../../src/sync/plan/planner.ts";
import { placeOf } from "../../../src/sync/plan/right-terms.ts";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const START = Date.parse("2026-09-15T12:00:00.000Z");
export const rules: PlanRules = { providerId: "vendor", openEndedDays: 30, leadTimeMs: DAY };

/** The outcome of an operation. `lost`: it is carried out, and its reply is lost. `never`: it is not carried out, and gets no reply. */
export type Fate = "ok" | "lost" | "never" | "limited" | "refused";

interface VendorRight {
  readonly registration: Registration;
  end: number;
  isCancelled: boolean;
}

/** A registration of one permit; a test names what it is about. */
export function wanted(changes: Partial<Registration> = {}): Registration {
  return {
    ...{ companyId: "c", permitId: "P-1", locationId: "lot", plate: { number: "GXK204" }, target: "zone" },
    ...{ validFrom: new Date(START - DAY).toISOString(), validTo: new Date(START + 90 * DAY).toISOString() },
    generation: 0,
    ...changes,
  };
}

export function desire(...registrations: readonly Registration[]): Desired {
  return { registrations: [...byRight(registrations).values()], unmapped: [] };
}

/** One permit at one vendor, with the ledger between them: everything that the planner has to do with. */
export class PlannedVendor {
  now = START;
  /** When the clock is trusted again; undefined: it is trusted. */
  steadyAt: Date | undefined;
  desired: Desired = desire();
  delivery: ProviderState = NO_DELIVERY;
  /** The vendor's rights, of all permits. */
  readonly rights: Map<string, VendorRight>;
  readonly log: string[] = [];
  /** Whether the vendor finds a right by sync's own reference alone. */
  ownReferences = false;
  /** Whether the vendor keeps one right for a plate and target, and refuses others while it is live. */
  keepsOne = false;

  /** Another permit at the same vendor shares its rights. */
  constructor(neighbour?: PlannedVendor) {
    this.rights = neighbour?.rights ?? new Map();
    this.keepsOne = neighbour?.keepsOne ?? false;
  }

  plan(): DeliveryPlan {
    const now = new Date(this.now);
    const input = {
      ...{ desired: this.desired, delivery: this.delivery, steadyAt: this.steadyAt },
      ...{ now, at: now.toISOString() },
      rules: { ...rules, ownReferences: this.ownReferences },
    };
    const plan = planDelivery(input);
    // The shortcut plans the same as the full planner would.
    assert.deepEqual(plan, planRegistrations(input));
    return plan;
  }

  /** Plans, saves the plan, and carries it out. Returns what was sent. */
  step(fateOf: (right: RegistrationState) => Fate = () => "ok"): DeliveryPlan {
    const plan = this.plan();
    this.delivery = plan.delivery;
    for (const right of plan.operations) this.#send(right, fateOf(right));
    return plan;
  }

  /** Steps until no operation is left to be sent now. */
  settle(): void {
    for (let round = 0; this.step().operations.length > 0; round += 1) {
      if (round === 20) throw new Error(`It never ends: ${JSON.stringify(this.delivery)}`);
    }
  }

  /** The vendor forgets all of its rights. */
  lose(): void {
    this.rights.clear();
  }

  /** Keys of the rights that are live now. */
  live(): string[] {
    return this.liveRights()
      .map((registration) => rightKeyOf(registration))
      .sort();
  }

  liveRights(): Registration[] {
    const live = [...this.rights.values()].filter(({ end }) => end > this.now);
    return live.map(({ registration }) => registration);
  }

  #isTaken({ reference, registration, intent }: RegistrationState): boolean {
    if (!this.keepsOne || intent?.operation !== "register" || this.rights.has(reference)) return false;
    return this.liveRights().some((other) => placeOf(other) === placeOf(registration));
  }

  #send(right: RegistrationState, fate: Fate): void {
    const { reference, intent } = right;
    if (intent === null) throw new Error("Nothing is to be sent.");
    this.log.push(`${intent.operation} ${right.registration.locationId} ${right.registration.plate.number}`);
    const isThere = this.rights.has(reference);
    // The vendor cannot amend a right that it does not have; it says so only when the request reaches it.
    const isUnknown = intent.operation === "amend" && !isThere && (fate === "ok" || fate === "lost");
    const isTaken = this.#isTaken(right);
    const isCarriedOut = (fate === "ok" || fate === "lost") && !isUnknown && !isTaken;
    const receipt = isCarriedOut ? this.#carryOut(right) : undefined;
    const said = isTaken ? ALREADY_EXISTS : isUnknown ? NOT_FOUND : undefined;
    const error = said !== undefined && fate === "ok" ? said : errorOf(fate);
    const outcome: Outcome<Receipt | undefined> =
      error === undefined ? { ok: true, value: receipt } : { ok: false, error };
    const context = {
      outcome,
      now: new Date(this.now),
      random: () => 0.5,
      openEndedDays: rules.openEndedDays,
    };
    this.delivery = applyOutcome(this.delivery, reference, context);
  }

  #carryOut({ reference, registration, intent }: RegistrationState): Receipt | undefined {
    if (intent === null) return undefined;
    const at = Date.parse(intent.at);
    const start = Math.max(Date.parse(registration.validFrom), at);
    const end = intent.validTo === null ? start + rules.openEndedDays * DAY : Date.parse(intent.validTo);
    const known = this.rights.get(reference);
    if (intent.operation === "cancel") {
      if (known !== undefined) Object.assign(known, { isCancelled: true, end: Math.min(known.end, start) });
      return undefined;
    }
    if (known?.isCancelled)
      throw new Error("A right that was cancelled is taken up under its old reference.");
    if (known === undefined && intent.operation === "amend") throw new Error("It amends what is not there.");
    this.rights.set(reference, { registration, end, isCancelled: false });
    return {
      ...{ v: 1, providerId: "vendor", reference, target: registration.target, registration },
      coveredUntil: new Date(end).toISOString(),
    };
  }
}

const ALREADY_EXISTS = new EnforcementError("rejected", "It exists.", {
  status: 409,
  reason: "already_exists",
});
const NOT_FOUND = new EnforcementError("rejected", "Not found.", { status: 404, reason: "not_found" });

function errorOf(fate: Fate): EnforcementError | undefined {
  if (fate === "ok") return undefined;
  if (fate === "refused") return new EnforcementError("rejected", "It refuses.", { status: 422 });
  if (fate === "limited") return new EnforcementError("rate_limited", "Slower.");
  return new EnforcementError("timeout", "No reply.", { outcome: "unknown" });
}
