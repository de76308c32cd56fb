import { formatInstant, timeOf } from "../core/instant.ts";
import type { StoredRegistration } from "../core/registration.ts";
import type { Delivery, Right } from "./delivery.ts";
import { byRight, type Desired, type HeldLocations, heldAt, rightKeyOf } from "./desired.ts";
import { holdsSlot, Pending } from "./plan-order.ts";
import { planRight, type Step, type StepContext } from "./plan-right.ts";
import { planSimply } from "./plan-simple.ts";
import { nextReference } from "./reference.ts";
import { endOf, liveUntil, slotOf } from "./right-terms.ts";

/** What the planner goes by. */
export interface PlanInput {
  readonly desired: Desired;
  readonly delivery: Delivery;
  /** What the clock shows. */
  readonly now: Date;
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

/**
 * Compares what is desired with what the vendor has and what is on its way. Pure: the same input gives the same plan,
 * and the plan of a plan that was written but not carried out repeats it.
 */
export function planDelivery(input: PlanInput): DeliveryPlan {
  return planSimply(input) ?? planFully(input);
}

/** {@link planDelivery} for any delivery. */
export function planFully({ desired, delivery, now, rules }: PlanInput): DeliveryPlan {
  const time = now.getTime();
  // No decision is earlier than the one before it, whatever the clock says.
  const decided = delivery.decidedAt === null ? time : Math.max(time, timeOf(delivery.decidedAt));
  const at = formatInstant(new Date(decided));
  const wishes = wishesAt(desired, time);

  const { openEndedDays, ownReferences = false } = rules;
  const context = { now: time, decided, at, openEndedDays, ownReferences };
  const held = heldAt(desired, now);
  const steps = planRights(delivery, wishes, held, context);
  let takenSlots = NO_SLOTS;
  let hasCancel = false;
  for (const { key, step } of steps) {
    hasCancel ||= step.kind === "cancel";
    if (!holdsSlot(step.right, wishes.has(key))) continue;
    if (takenSlots === NO_SLOTS) takenSlots = new Set();
    takenSlots.add(slotOf(step.right));
  }
  // Only a cancel waits for what is pending, and most deliveries have none.
  const findPlanned = plannedIn(steps);
  const pending = hasCancel ? new Pending() : undefined;
  const missing: StoredRegistration[] = [];
  let dueAt = held === undefined ? Number.POSITIVE_INFINITY : held.until.getTime();
  for (const plateNumber of uncoveredPlates(delivery, held)) pending?.addPlate(plateNumber);
  for (const [key, wish] of wishes) {
    const right = findPlanned(key);
    const sendAt = timeOf(wish.validFrom) - rules.leadTimeMs;
    if (sendAt <= time) {
      pending?.add(wish, right);
      if (right === undefined && !isTaken(takenSlots, wish)) missing.push(wish);
    } else if (right === undefined) {
      dueAt = Math.min(dueAt, sendAt);
    }
  }

  const rights: Right[] = [];
  const operations: Right[] = [];
  for (const { key, step, before } of steps) {
    if (step.kind === "rest") {
      rights.push(step.right);
      dueAt = Math.min(dueAt, step.dueAt ?? dueAt);
      // A refusal that is over is no longer anybody's business, and its registration may be due anew. A right whose
      // earlier end was refused is withdrawn at that end.
      if (step.right.failure !== null) {
        const wishedEnd = endOf(wishes.get(key)?.validTo ?? null);
        dueAt = Math.min(dueAt, wishedEnd, liveUntil(step.right, rules.openEndedDays));
      }
    } else if (
      (step.kind === "register" && isTaken(takenSlots, before.registration)) ||
      (step.kind === "cancel" && pending?.holdsBack(before.registration) === true)
    ) {
      rights.push(step.held ?? before);
      // What it waits for need not come: when that is over, nothing is waited for.
      const [wish] = wishes.values();
      dueAt = Math.min(dueAt, endOf(wish?.validTo ?? null));
    } else {
      rights.push(step.right);
      operations.push(step.right);
    }
  }
  const taken = takeUp(missing, delivery, { rules, at, decided });
  rights.push(...taken.rights);
  operations.push(...taken.rights);
  return {
    operations,
    dueAt: dueAt === Number.POSITIVE_INFINITY ? null : new Date(dueAt),
    delivery: withPlan(delivery, {
      rights,
      used: taken.used,
      generation: taken.generation,
      at,
      unmapped: desired.unmapped,
    }),
  };
}

function isTaken(slots: ReadonlySet<string>, registration: StoredRegistration): boolean {
  return slots.size > 0 && slots.has(slotOf({ registration }));
}

/** The registrations that are not over. They share their end, so it is all of them or none. */
function wishesAt({ registrations }: Desired, time: number): ReadonlyMap<string, StoredRegistration> {
  const [first] = registrations;
  return first === undefined || endOf(first.validTo) <= time ? NONE : byRight(registrations);
}

const NONE: ReadonlyMap<string, StoredRegistration> = new Map();

const FEW_STEPS = 4;

/** Finds what was planned of a right. Most deliveries are of one, and a Map for each plan costs more than the plan. */
function plannedIn(steps: readonly PlannedStep[]): (key: string) => Right | undefined {
  if (steps.length <= FEW_STEPS) return (key) => steps.find((planned) => planned.key === key)?.step.right;
  const rights = new Map(steps.map(({ key, step }) => [key, step.right]));
  return (key) => rights.get(key);
}

// Nobody writes into it.
const NO_SLOTS = new Set<string>();

interface PlannedStep {
  readonly key: string;
  readonly before: Right;
  readonly step: Exclude<Step, { kind: "drop" }>;
}

/** Plates that the vendor may be without at a location that cannot be read. */
function uncoveredPlates({ rights }: Delivery, held: HeldLocations | undefined): readonly string[] {
  if (held === undefined) return [];
  const isCovered = (plateNumber: string, locationId: string) =>
    rights.some(
      ({ registration, receipt }) =>
        receipt !== null &&
        registration.plate.number === plateNumber &&
        registration.locationId === locationId,
    );
  const locationIds = [...held.locationIds];
  return held.plateNumbers.filter((plate) => !locationIds.every((id) => isCovered(plate, id)));
}

function planRights(
  delivery: Delivery,
  wishes: ReadonlyMap<string, StoredRegistration>,
  held: HeldLocations | undefined,
  context: StepContext & { decided: number },
): PlannedStep[] {
  const steps: PlannedStep[] = [];
  for (const before of delivery.rights) {
    // A clock that was set back must not bring a right to life that was over before.
    if (liveUntil(before, context.openEndedDays) <= context.decided) continue;
    const key = rightKeyOf(before.registration);
    if (held?.locationIds.has(before.registration.locationId)) {
      steps.push({ key, before, step: { kind: "rest", right: before } });
      continue;
    }
    const step = planRight(before, wishes.get(key), context);
    if (step.kind !== "drop") steps.push({ key, before, step });
  }
  return steps;
}

/** New rights for registrations that the vendor does not have. */
function takeUp(
  missing: readonly StoredRegistration[],
  delivery: Delivery,
  { rules, at, decided }: { rules: PlanRules; at: string; decided: number },
): { rights: Right[]; used: readonly string[]; generation: number } {
  if (missing.length === 0) return { rights: [], used: delivery.used, generation: delivery.generation };
  const used = new Set(delivery.used);
  const rights: Right[] = [];
  let { generation } = delivery;
  for (const wish of missing) {
    const erased = delivery.erased === true;
    const next = nextReference(wish, { providerId: rules.providerId, used, generation, erased });
    // Its last generation ran out while the clock was ahead: to take it up again would make it two.
    if (next.isRepeated && endOf(wish.validTo) <= decided) continue;
    used.add(next.identity);
    generation = Math.max(generation, next.registration.generation);
    rights.push({
      reference: next.reference,
      registration: next.registration,
      receipt: null,
      intent: { operation: "register", at, validTo: wish.validTo, attempts: 0, notBefore: null },
      failure: null,
    });
  }
  return { rights, used: [...used], generation };
}

/** The delivery with what was decided, or the same one when nothing was. */
function withPlan(
  delivery: Delivery,
  plan: Pick<Delivery, "rights" | "used" | "generation" | "unmapped"> & { at: string },
): Delivery {
  const { rights, used, generation, unmapped, at } = plan;
  const isUnchanged =
    rights.length === delivery.rights.length &&
    rights.every((right, index) => right === delivery.rights[index]);
  if (isUnchanged && isSameList(unmapped, delivery.unmapped)) return delivery;
  return {
    ...delivery,
    rights,
    used,
    generation,
    unmapped,
    decidedAt: isUnchanged ? delivery.decidedAt : at,
  };
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index]);
}
