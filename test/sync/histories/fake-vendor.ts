import type { PushChange } from "../../../src/core/registration/push-operations.ts";

/** A right as the vendor holds it. */
export interface VendorRight {
  /** Ours: `referenceOf`. */
  readonly identity: string;
  /** The vendor's own name of it, or ours where the vendor keeps ours. */
  readonly reference: string;
  readonly permitId: string;
  readonly locationId: string;
  readonly plateNumber: string;
  readonly region: string | undefined;
  readonly target: string;
  readonly from: number;
  readonly end: number;
  readonly cancelled: boolean;
  readonly amended: boolean;
  /** Every end that it ever had, for receipts that are older than the last change. */
  readonly ends: readonly number[];
  /** The vendor does not have it any more. `told`: a reply has shown it. */
  readonly lost?: "unnoticed" | "told";
}

/** What a vendor refuses for good, and why. */
export interface VendorRefusal {
  readonly vendorCode: string;
  readonly vendorMessage: string;
  readonly reason?: "not_found" | "already_exists";
}

/** A refusal as it was sent. */
export interface SpokenRefusal extends VendorRefusal {
  readonly operation: PushChange["kind"];
}

export interface FakeVendorOptions {
  readonly providerId: string;
  /** `own`: the vendor gives a reference. `ours`: it keeps the one that it is given. */
  readonly references: "own" | "ours";
  /** The latest instant that our clock ever showed. */
  readonly latest: () => number;
  /** Whether two rights of one registration may live side by side. */
  readonly mayShare: (one: VendorRight, other: VendorRight) => boolean;
  /** Whether it keeps one right for a plate and target, of any permit, and refuses others while that is live. */
  readonly keepsOne?: boolean;
  /** How often the clock was set back: what was decided before is no measure of what is decided after it. */
  readonly stepsBack?: () => number;
  /** What the clock shows, in milliseconds: what was decided later was decided before the clock was set back. */
  readonly now?: () => number;
  /** Whether an instant lies ahead of the clock, as it cannot when it was decided by it. */
  readonly isAhead?: (at: Date) => boolean;
  /** Whether a repeat of what was done already can be refused. */
  readonly refusesRepeats?: boolean;
  /** Whether the instants of a permit's decisions need not be remembered, because it was to be forgotten. */
  readonly isForgotten?: (permitId: string) => boolean;
  /** Whether a right is being sent again on purpose, as it was acknowledged. */
  readonly isRepair?: (identity: string) => boolean;
}

/** A vendor that keeps rights by reference, and notes whatever a careful client would never do. */
export interface FakeVendor {
  readonly providerId: string;
  /** As {@link FakeVendorOptions.keepsOne}. */
  readonly keepsOne: boolean;
  readonly rights: ReadonlyMap<string, VendorRight>;
  /** Records of other clients. Nothing may ever change them. */
  readonly foreign: ReadonlyMap<string, VendorRight>;
  readonly violations: string[];
  /** The last refusal for each of our references. */
  readonly refusals: Map<string, SpokenRefusal>;
  /** When a list showed each right last, by our reference. */
  readonly shownAt: Map<string, number>;
  /** How many changes were accepted. */
  accepted: number;
  /** Plates and places that are refused until the test changes the set. */
  readonly refusedPlates: Set<string>;
  readonly refusedTargets: Set<string>;
  /** A request arrives: `leave` is called when the client has its end, however it ends. */
  enter(changes: readonly PushChange[]): { leave(): void };
  /** Forgets what it has. */
  lose(isLost: (right: VendorRight) => boolean): void;
  /** Gives a right another end, as an officer might. */
  alter(identity: string, end: number): void;
  /** Shows a right under one of sync's references that sync did not register, as after a restored backup. */
  plant(right: Omit<VendorRight, "cancelled" | "amended" | "ends">): void;
  /** Carries out one change, or refuses it. */
  apply(change: PushChange, refusal?: VendorRefusal): VendorRight | undefined | SpokenRefusal;
}

export function isRefusal(end: VendorRight | undefined | SpokenRefusal): end is SpokenRefusal {
  return end !== undefined && "vendorCode" in end;
}

/** Whether the vendor would let a car stand on it, now or later. */
export function isLive(right: VendorRight, at: number): boolean {
  return right.lost === undefined && !right.cancelled && right.end > at;
}

/** Rights of the same permit, plate, location, target and start: only one of them may be live. */
export function registrationKeyOf(
  right: Pick<VendorRight, "permitId" | "plateNumber" | "region" | "locationId" | "target" | "from">,
): string {
  const { permitId, plateNumber, region, locationId, target, from } = right;
  return JSON.stringify([permitId, plateNumber, region ?? "", locationId, target, from]);
}

/** Where an officer sees a right. */
export function placeOf({ plateNumber, target }: Pick<VendorRight, "plateNumber" | "target">): string {
  return JSON.stringify([plateNumber, target]);
}

export function createFakeVendor(options: FakeVendorOptions): FakeVendor {
  const { providerId, references, latest, mayShare, isForgotten, refusesRepeats } = options;
  const { keepsOne = false } = options;
  const { stepsBack = () => 0, now = () => Number.POSITIVE_INFINITY, isAhead = () => false } = options;
  const { isRepair = () => false } = options;
  const rights = new Map<string, VendorRight>();
  const foreign = new Map<string, VendorRight>();
  const violations: string[] = [];
  const refusals = new Map<string, SpokenRefusal>();
  const refusedPlates = new Set<string>();
  const refusedTargets = new Set<string>();
  const inFlight = new Set<string>();
  const lastAt = new Map<string, { at: number; stepsBack: number }>();
  let refusalCount = 0;

  const violate = (change: PushChange, what: string): void => {
    violations.push(`${providerId} ${change.kind} ${describe(change)}: ${what}`);
  };

  function refuse(change: PushChange, refusal: VendorRefusal): SpokenRefusal {
    const spoken = { ...refusal, operation: change.kind };
    // A right that is sent again on purpose keeps the refusal that it had.
    if (change.kind !== "register" || !isRepair(change.identity)) refusals.set(change.identity, spoken);
    return spoken;
  }

  function findRule(change: PushChange): VendorRefusal | undefined {
    const closed = refusedTargets.has(change.target);
    if (!closed && !refusedPlates.has(change.registration.plate.number)) return undefined;
    refusalCount += 1;
    return {
      vendorCode: closed ? "closed" : "not_welcome",
      vendorMessage: `${closed ? "Closed" : "Not welcome"}, says clerk ${refusalCount}.`,
    };
  }

  /**
   * A decision must not overtake a later one about the same registration. A repeat of what was asked of the same right
   * last is no new decision: another generation of the registration may have been cancelled for it meanwhile.
   * A cancel must not overtake what was decided about its own generation: it takes nothing from another one.
   */
  function checkOrder(change: PushChange): void {
    const { permitId } = change.registration;
    const key = registrationKeyOf(toPlace(change));
    const at = Math.min(Date.parse(change.at), now());
    const before = lastAt.get(change.kind === "cancel" ? change.identity : key);
    const isSameClock = before?.stepsBack === stepsBack();
    const isRepeat = lastAt.get(change.identity)?.at === at;
    if (isSameClock && at < before.at && !isRepeat && isForgotten?.(permitId) !== true)
      violate(change, "was decided before what came before it");
    const latest = Math.max(
      at,
      lastAt.get(key)?.stepsBack === stepsBack() ? (lastAt.get(key)?.at ?? at) : at,
    );
    lastAt.set(key, { at: latest, stepsBack: stepsBack() });
    lastAt.set(change.identity, { at, stepsBack: stepsBack() });
  }

  function checkReceipt(change: PushChange, right: VendorRight): void {
    if (change.target !== right.target) violate(change, `names the target ${change.target}`);
    if (change.kind !== "register" && change.reference !== right.reference) {
      violate(change, `names the reference ${change.reference}, not ${right.reference}`);
    }
  }

  function save(change: PushChange, right: VendorRight): VendorRight {
    const { end } = right;
    const saved = right.ends.includes(end) ? right : { ...right, ends: [...right.ends, end] };
    rights.set(change.identity, saved);
    // A right that is sent again on purpose does not change the refusal of another end.
    if (!isRepair(change.identity)) refusals.delete(change.identity);
    vendor.accepted += 1;
    return saved;
  }

  /** What belongs to no permit of the host's is known by our reference alone. */
  function asKept(change: PushChange): PushChange {
    const { identity, reference } = change;
    return references === "ours" && !rights.has(identity) && rights.has(reference)
      ? { ...change, identity: reference }
      : change;
  }

  function find({ identity }: PushChange): VendorRight | undefined {
    const known = rights.get(identity);
    return known?.lost === undefined ? known : undefined;
  }

  function register(change: PushChange): VendorRight {
    const known = find(change);
    if (known !== undefined) {
      if (known.cancelled) violate(change, "registers what was cancelled, without a new generation");
      if (known.amended && !isRepair(change.identity)) violate(change, "registers again what was amended");
      return save(change, { ...known, end: Date.parse(change.end) });
    }
    const { permitId, locationId, plate, target, validFrom } = change.registration;
    const right: VendorRight = {
      ...{ identity: change.identity, permitId, locationId, target, cancelled: false, amended: false },
      reference: references === "ours" ? change.identity : `HS-${rights.size + 1}`,
      ...{ plateNumber: plate.number, region: plate.region },
      ...{ from: Date.parse(validFrom), end: Date.parse(change.end) },
      // What was acknowledged before it was lost may still be written down.
      ends: [...(rights.get(change.identity)?.ends ?? []), Date.parse(change.end)],
    };
    for (const other of rights.values()) {
      if (registrationKeyOf(other) !== registrationKeyOf(right)) continue;
      if (!isLive(other, latest()) || mayShare(other, right)) continue;
      violate(change, "makes a second live right for one registration");
    }
    return save(change, right);
  }

  function isTaken(change: PushChange): boolean {
    if (!keepsOne || change.kind !== "register") return false;
    const place = placeOf(toPlace(change));
    return [...rights.values()].some((other) => placeOf(other) === place && isLive(other, latest()));
  }

  const vendor: FakeVendor = {
    ...{ providerId, keepsOne, rights, foreign, violations, refusals, refusedPlates, refusedTargets },
    shownAt: new Map(),
    accepted: 0,
    enter(given) {
      const changes = given.map(asKept);
      for (const change of changes) {
        checkOrder(change);
        if (isAhead(new Date(change.at))) violate(change, "is dated ahead of the clock");
        if (inFlight.has(change.identity)) violate(change, "is sent while it is in flight");
        inFlight.add(change.identity);
        if (foreign.has(change.identity) || foreign.has(change.reference)) violate(change, "is another's");
      }
      let left = false;
      return {
        leave() {
          if (left) return;
          left = true;
          for (const { identity } of changes) inFlight.delete(identity);
        },
      };
    },
    lose(isLost) {
      for (const [identity, right] of rights) {
        if (!right.cancelled && right.lost === undefined && isLost(right))
          rights.set(identity, { ...right, lost: "unnoticed" });
      }
    },
    alter(identity, end) {
      const right = rights.get(identity);
      if (right !== undefined) rights.set(identity, { ...right, end, ends: [...right.ends, end] });
    },
    plant(right) {
      rights.set(right.identity, { ...right, cancelled: false, amended: false, ends: [right.end] });
    },
    apply(given, oneOff) {
      const change = asKept(given);
      const known = find(change);
      if (known !== undefined) checkReceipt(change, known);
      // A repeat of what was done already is answered as done, unless this vendor looks at who asks first.
      const isRepeat =
        refusesRepeats !== true &&
        known !== undefined &&
        (change.kind === "register" ||
          (change.kind === "amend" && !known.cancelled && known.end === Date.parse(change.end)) ||
          (change.kind === "cancel" && known.cancelled));
      const taken = known === undefined && isTaken(change) ? ALREADY_EXISTS : undefined;
      const refusal = isRepeat ? undefined : (oneOff ?? findRule(change) ?? taken);
      if (refusal !== undefined) return refuse(change, refusal);
      if (change.kind === "register") return register(change);
      if (change.kind === "cancel") {
        // What the vendor does not know counts as ended.
        if (known === undefined) return undefined;
        if (known.cancelled && Date.parse(change.end) >= known.end) return known;
        if (Date.parse(change.end) > Math.max(known.end, known.from)) violate(change, "makes it longer");
        return save(change, { ...known, end: Date.parse(change.end), cancelled: true });
      }
      const lost = known === undefined ? rights.get(change.identity) : undefined;
      if (lost !== undefined) {
        rights.set(change.identity, { ...lost, lost: "told" });
        return { ...NOT_FOUND, operation: change.kind };
      }
      if (known === undefined || known.cancelled) {
        violate(change, known === undefined ? "amends what is unknown" : "amends what was cancelled");
        return refuse(change, NOT_FOUND);
      }
      return save(change, { ...known, end: Date.parse(change.end), amended: true });
    },
  };
  return vendor;
}

function toPlace({ registration }: PushChange) {
  const { permitId, locationId, plate, target, validFrom } = registration;
  return {
    ...{ permitId, locationId, target, plateNumber: plate.number, region: plate.region },
    from: Date.parse(validFrom),
  };
}

const ALREADY_EXISTS: VendorRefusal = {
  vendorCode: "9022",
  vendorMessage: "It exists.",
  reason: "already_exists",
};

const NOT_FOUND: VendorRefusal = {
  vendorCode: "9009",
  vendorMessage: "Not found.",
  reason: "not_found",
};

function describe({ registration, at, end }: PushChange): string {
  const { permitId, plate, locationId, target, generation } = registration;
  const place = `${permitId} ${plate.number}/${plate.region ?? ""} ${locationId}→${target} #${generation}`;
  return `${place} until ${end} at ${at}`;
}
