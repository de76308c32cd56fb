import { answerCode, NO_PERMIT } from "../answers.ts";
import type { ChangeKind } from "../day.ts";
import { FIRST_SPARE_PLATE, type PermitState, type World } from "../world.ts";

/** A change that sync was told, and when. Instants are the machine's clock, in milliseconds. */
export interface ToldChange {
  readonly phase: number;
  readonly kind: Exclude<ChangeKind, "mapping">;
  /** What the permit is once the change has been made. */
  readonly state: PermitState;
  /** The plate whose registration at the vendor shows that the change has arrived. */
  readonly plate: number;
  readonly calledAt: number;
  /** Infinity until the call has returned. */
  returnedAt: number;
  /** Whether a later change of the same permit was told. */
  isOvertaken: boolean;
}

export interface ToldMapping {
  readonly phase: number;
  readonly company: number;
  readonly lot: number;
  readonly version: number;
  readonly calledAt: number;
  /** When the last process knew. */
  returnedAt: number;
}

/** A moment from which on another answer about a plate is right. */
interface Turn {
  readonly change: ToldChange;
  readonly answer: number;
}

/**
 * What is right at each moment: which answer a lookup has to get, and which rights the vendors have to have. Only what
 * has changed since the morning is held; the rest follows from its number.
 */
export class Oracle {
  readonly #world: World;
  readonly #states = new Map<number, PermitState>();
  readonly #latest = new Map<number, ToldChange>();
  readonly #turns = new Map<number, Turn[]>();
  readonly #versions = new Map<number, number>();
  readonly changes: ToldChange[] = [];
  readonly mappings: ToldMapping[] = [];
  #issued = 0;
  #spared = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** How many permits there have been, revoked ones included. */
  get permits(): number {
    return this.#world.sizes.permits + this.#issued;
  }

  stateOf(permit: number): PermitState {
    return this.#states.get(permit) ?? this.#world.initialState(permit);
  }

  /**
   * What a scheduled change makes of a permit. A permit that is revoked is issued again, whatever was scheduled; one
   * without an end is not renewed but gets another plate.
   */
  tell(kind: ToldChange["kind"], pick: number, { phase, now }: { phase: number; now: number }): ToldChange {
    const permit = kind === "new" ? this.permits : pick;
    if (kind === "new") this.#issued += 1;
    const before = this.stateOf(permit);
    const made = kind === "new" ? { kind, state: before } : this.#make(kind, before);
    const change: ToldChange = {
      phase,
      ...made,
      plate: made.state.plate,
      calledAt: now,
      returnedAt: Number.POSITIVE_INFINITY,
      isOvertaken: false,
    };
    const earlier = this.#latest.get(permit);
    if (earlier !== undefined) earlier.isOvertaken = true;
    this.#latest.set(permit, change);
    this.#states.set(permit, change.state);
    this.changes.push(change);
    this.#turn(before.plate, change, NO_PERMIT);
    const { plate, endDay, isRevoked } = change.state;
    this.#turn(plate, change, isRevoked ? NO_PERMIT : answerCode(permit, endDay));
    return change;
  }

  tellMapping(company: number, lot: number, { phase, now }: { phase: number; now: number }): ToldMapping {
    const version = this.versionOf(company, lot) + 1;
    this.#versions.set(this.#world.targetOf(company, lot, 0), version);
    const told = { phase, company, lot, version, calledAt: now, returnedAt: Number.POSITIVE_INFINITY };
    this.mappings.push(told);
    return told;
  }

  versionOf(company: number, lot: number): number {
    return this.#versions.get(this.#world.targetOf(company, lot, 0)) ?? 0;
  }

  /**
   * The answers that a lookup may get that began and ended at these instants: the one of the last change that had
   * returned, or of one that was on its way. Where they are equal to the millisecond, either order is possible.
   */
  rightAnswers(plate: number, askedAt: number, answeredAt: number): Set<number> {
    const right = new Set([this.#firstAnswer(plate)]);
    for (const { change, answer } of this.#turns.get(plate) ?? []) {
      if (change.calledAt > answeredAt) break;
      if (change.returnedAt < askedAt) right.clear();
      right.add(answer);
    }
    return right;
  }

  #firstAnswer(plate: number): number {
    if (plate >= this.#world.sizes.permits) return NO_PERMIT;
    return answerCode(plate, this.#world.initialState(plate).endDay);
  }

  #make(kind: Exclude<ToldChange["kind"], "new">, before: PermitState): Pick<ToldChange, "kind" | "state"> {
    const next = { ...before, revision: before.revision + 1 };
    if (before.isRevoked) return { kind: "new", state: { ...next, isRevoked: false } };
    // A revocation has no revision: it is of the permit as it is.
    if (kind === "revocation") return { kind, state: { ...before, isRevoked: true } };
    if (kind === "renewal" && next.endDay !== null) {
      return { kind, state: { ...next, endDay: next.endDay + 7 } };
    }
    this.#spared += 1;
    return { kind: "plate", state: { ...next, plate: FIRST_SPARE_PLATE + this.#spared } };
  }

  #turn(plate: number, change: ToldChange, answer: number): void {
    const turns = this.#turns.get(plate) ?? [];
    if (turns.at(-1)?.change === change) turns.pop();
    turns.push({ change, answer });
    this.#turns.set(plate, turns);
  }
}
