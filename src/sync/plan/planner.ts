import { timeOf } from "../../core/instant.ts";
import type { Registration } from "../../core/registration/registration.ts";
import type { ProviderState, RegistrationState } from "../ledger/delivery.ts";
import { isBehind } from "../ledger/delivery-facts.ts";
import { datedNow, endedAhead, rememberedEnds } from "./dated-ahead.ts";
import type { DeliveryPlan, PlanInput } from "./delivery-plan.ts";
import { byRight, type Desired, type HeldLocations, heldAt, isSameRight, rightKeyOf } from "./desired.ts";
import { createMissingRegistrations, type Missing } from "./missing-registrations.ts";
import { Pending } from "./plan-order.ts";
import { planRight, repeat, type StepContext } from "./plan-right.ts";
import { planSingleRegistration } from "./plan-single-registration.ts";
import { covers, fateOf, isAway, isStandIn, type PlannedStep, planStandIn } from "./plan-stand-in.ts";
import { endOf, overAt } from "./right-terms.ts";

/**
 * Compares what is desired with what the vendor has and with the open intents. Pure: the same input gives the same
 * plan, and planning a plan that was written but not carried out repeats it.
 */
export function planDelivery(input: PlanInput): DeliveryPlan {
  return planSingleRegistration(input) ?? planRegistrations(input);
}

/** {@link planDelivery} for any delivery. */
export function planRegistrations({ desired, delivery, now, at, steadyAt, rules }: PlanInput): DeliveryPlan {
  const time = now.getTime();
  const wishes = wishesAt(desired, time);

  const { openEndedDays, ownReferences = false } = rules;
  const isSteady = steadyAt === undefined;
  const context = {
    now: time,
    at,
    openEndedDays,
    ownReferences,
    rights: delivery.rights,
    isSteady,
    isBehind: isBehind(delivery, time),
  };
  const held = heldAt(desired, now);
  const { steps, over } = planRights(delivery, { desired, wishes, held }, context);
  // Only cancels and rights that made way need `Pending`; most deliveries have neither.
  const isAsked = steps.some(({ step }) => step === undefined || step.kind === "cancel");
  const findPlanned = plannedIn(steps);
  const pending = isAsked ? new Pending(time) : undefined;
  const isHeld = (place: string) =>
    steps.some((planned) => wishes.has(planned.key) && covers(planned, place));
  const missing: Missing[] = [];
  let dueAt = held === undefined ? Number.POSITIVE_INFINITY : held.until.getTime();
  for (const plateNumber of uncoveredPlates(delivery, held)) pending?.addPlate(plateNumber);
  for (const [key, wish] of wishes) {
    const right = findPlanned(key);
    const sendAt = timeOf(wish.validFrom) - rules.leadTimeMs;
    if (sendAt <= time) {
      pending?.add(wish, right, isHeld);
      if (right === undefined) missing.push({ wish });
    } else if (right === undefined) {
      dueAt = Math.min(dueAt, sendAt);
    }
  }

  const [anyWish] = wishes.values();
  const wishedEnd = anyWish?.validTo ?? null;
  const rights: RegistrationState[] = [];
  const operations: RegistrationState[] = [];
  for (const { key, step: planned, before } of steps) {
    const step =
      planned ?? planStandIn(before, fateOf(before.registration, { steps, pending }), { wishedEnd, context });
    if (step.kind === "restore") {
      missing.push({ wish: step.wish, gaveWay: true });
    } else if (step.kind === "rest") {
      rights.push(step.right);
      dueAt = Math.min(dueAt, step.dueAt ?? dueAt);
      // A refusal ends with its interval, and its registration may then be due anew. A right whose earlier end was
      // refused is cancelled at that end.
      if (step.right.failure !== null) {
        const end = endOf(wishes.get(key)?.validTo ?? null);
        const until = overAt(step.right, openEndedDays);
        dueAt = Math.min(dueAt, end, until > time ? until : endOf(steadyAt?.toISOString() ?? null));
      }
      if (step.right.gaveWay === true) dueAt = Math.min(dueAt, endOf(wishedEnd));
    } else if (step.kind === "cancel") {
      const makesWay = pending?.needsWay(before) === true;
      if (!makesWay && pending?.holdsBack(before.registration) === true) {
        rights.push(withoutRefusedEnd(step.held ?? before));
        // What the cancel waits for may never be acknowledged. After the permit's end, it waits no longer; and a right that
        // is over by then, by a clock that is trusted, is no longer kept.
        const until = overAt(before, openEndedDays);
        const goneAt = until > time ? until : endOf(steadyAt?.toISOString() ?? null);
        dueAt = Math.min(dueAt, endOf(wishedEnd), goneAt);
      } else {
        const right = withWay(step.right, makesWay && step.right.receipt !== null);
        rights.push(right);
        operations.push(right);
      }
    } else if (step.kind === "send") {
      rights.push(step.right);
      operations.push(step.right);
    }
  }
  const taken = createMissingRegistrations(missing, delivery, { rules, at });
  rights.push(...taken.rights);
  operations.push(...taken.rights);
  return {
    operations,
    dueAt: dueAt === Number.POSITIVE_INFINITY ? null : new Date(dueAt),
    delivery: withPlan(delivery, {
      rights,
      ended: rememberedEnds(delivery, over, context),
      used: taken.used,
      generation: taken.generation,
      unmapped: desired.unmapped,
      at,
      // That a permit is over is a decision by the clock too, although no operation follows from it.
      isDecision: context.isBehind || (wishes.size === 0 && desired.registrations.length > 0),
    }),
  };
}

/** A right that is not wanted any more without the refusal of an end that was asked for: that end is of no interest now. */
function withoutRefusedEnd(right: RegistrationState): RegistrationState {
  const isRefusedEnd = right.failure?.operation === "amend" && right.intent === null;
  return isRefusedEnd ? { ...right, failure: null } : right;
}

/** A right that is being cancelled, with `gaveWay` set when it makes way for another one, and cleared otherwise. */
function withWay(right: RegistrationState, makesWay: boolean): RegistrationState {
  if (makesWay) return { ...right, gaveWay: true };
  if (right.gaveWay === undefined || right.receipt === null) return right;
  const { gaveWay: _, ...rest } = right;
  return rest;
}

/** The registrations that are not over, by right. They share their end, so it is all of them or none. */
function wishesAt({ registrations }: Desired, time: number): ReadonlyMap<string, Registration> {
  const [first] = registrations;
  return first === undefined || endOf(first.validTo) <= time ? NONE : byRight(registrations);
}

const NONE: ReadonlyMap<string, Registration> = new Map();

const FEW_STEPS = 4;

/** Finds the planned right of a key. Most deliveries have one right, and a Map per plan costs more than the plan. */
function plannedIn(steps: readonly PlannedStep[]): (key: string) => RegistrationState | undefined {
  if (steps.length <= FEW_STEPS) return (key) => steps.find((planned) => planned.key === key)?.step?.right;
  const rights = new Map(steps.map(({ key, step }) => [key, step?.right]));
  return (key) => rights.get(key);
}

/** The permit's plates that may be uncovered at a location that cannot be read. */
function uncoveredPlates({ rights }: ProviderState, held: HeldLocations | undefined): readonly string[] {
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

interface PlannedRights {
  readonly steps: readonly PlannedStep[];
  /** Rights that are over, by a trusted clock. */
  readonly over: readonly RegistrationState[];
}

function planRights(
  delivery: ProviderState,
  wanted: {
    desired: Desired;
    wishes: ReadonlyMap<string, Registration>;
    held: HeldLocations | undefined;
  },
  context: StepContext & { isSteady: boolean; isBehind: boolean },
): PlannedRights {
  const { desired, wishes, held } = wanted;
  const steps: PlannedStep[] = [];
  const over: RegistrationState[] = [];
  const again = endedAhead(delivery, context);
  const isAgain = ({ reference }: RegistrationState) => again.some((ended) => ended.reference === reference);
  // A right that made way may still be in the list.
  const rights =
    again.length === 0 ? delivery.rights : [...delivery.rights.filter((one) => !isAgain(one)), ...again];
  for (const kept of rights) {
    const before = datedNow(kept, context);
    const isOver = overAt(before, context.openEndedDays) <= context.now;
    if (isOver && before.receipt === null && before.intent === null) continue;
    if (isOver && context.isSteady) {
      over.push(before);
      continue;
    }
    const isOld = before.registration.generation < delivery.generation && isSuperseded(before, rights);
    // A right with a successor is not wanted: it gets a key that no registration has.
    const key = isOld ? `\0${before.reference}` : rightKeyOf(before.registration);
    if (held?.locationIds.has(before.registration.locationId)) {
      steps.push({ key, before, step: { kind: "rest", right: before } });
      continue;
    }
    const wish = wishes.get(key);
    if (isOver && wish === undefined && desired.registrations.some((one) => rightKeyOf(one) === key)) {
      steps.push({ key, before, step: restOver(before, context) });
      continue;
    }
    if (isStandIn(before)) {
      // A cancelled right that is wanted again is registered as a new generation.
      if (wish !== undefined && isAway(before)) continue;
      if (wish === undefined) {
        steps.push({ key, before, step: undefined });
        continue;
      }
    }
    const step = planRight(before, wish, context);
    if (step.kind !== "drop") steps.push({ key, before, step });
  }
  return { steps, over };
}

/** Whether a right that was ended by a clock ahead was registered again since, in a later generation. */
function isSuperseded({ registration }: RegistrationState, rights: readonly RegistrationState[]): boolean {
  return rights.some(
    (other) =>
      other.registration.generation > registration.generation &&
      other.intent?.operation !== "cancel" &&
      isSameRight(other.registration, registration),
  );
}

/** Plans a right that is over by a clock that is not trusted: it stays, and its open intent is repeated. */
function restOver(right: RegistrationState, context: StepContext): PlannedStep["step"] {
  const { intent, failure } = right;
  return intent === null || failure !== null ? { kind: "rest", right } : repeat(right, intent, context);
}

/** The delivery with the plan's decisions; the same object when nothing changed. */
function withPlan(
  delivery: ProviderState,
  plan: Pick<ProviderState, "rights" | "used" | "generation" | "unmapped"> & {
    ended: readonly RegistrationState[];
    at: string;
    isDecision: boolean;
  },
): ProviderState {
  const { rights, ended, used, generation, unmapped, at, isDecision } = plan;
  const { ended: endedBefore = [], ...before } = delivery;
  const areSame = isSameList(rights, delivery.rights) && isSameList(ended, endedBefore);
  if (areSame && !isDecision && isSameList(unmapped, delivery.unmapped)) return delivery;
  return {
    ...before,
    rights,
    used,
    generation,
    unmapped,
    decidedAt: areSame && !isDecision ? delivery.decidedAt : at,
    ...(ended.length === 0 ? {} : { ended }),
  };
}

function isSameList<Entry>(one: readonly Entry[], other: readonly Entry[]): boolean {
  return one.length === other.length && one.every((entry, index) => entry === other[index]);
}
