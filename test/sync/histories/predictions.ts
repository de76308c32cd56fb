import type { PushChange } from "../../../src/core/registration/push-operations.ts";
import type { PermitExplanation, PermitExplanationEntry } from "../../../src/sync/explain/explanation.ts";
import type { HistoryWorld } from "./history-world.ts";

/** How long after its instant something may be sent: the directory or the ledger may fail a few times before. */
const LATE_MS = 5 * 60_000;
/** Instants in documents are in whole milliseconds. */
const EARLY_MS = 1;

/** What an explanation says will be sent, and not before when. */
interface Prediction {
  readonly providerId: string;
  readonly permitId: string;
  readonly locationId: string;
  readonly plateNumber: string;
  /** By which requests name it: the vendor's reference, and ours. Empty: it is not decided yet. */
  readonly references: readonly string[];
  /** By the time that passes, in milliseconds. */
  readonly at: number;
  /** Whether it must be sent soon after, if nothing but time comes between. */
  readonly isCertain: boolean;
  readonly sentence: string;
}

type PredictionWorld = Pick<HistoryWorld, "time" | "vendors" | "conditions" | "faults" | "violations"> & {
  readonly needsRegion: (providerId: string) => boolean;
};

/** Compares what explanations say will happen with what then happens, for as long as nothing but time passes. */
export class Predictions {
  readonly #world: PredictionWorld;
  #open: Prediction[] = [];
  /** How many were compared with a request, or with its absence. */
  compared = 0;

  constructor(world: PredictionWorld) {
    this.#world = world;
  }

  /** Something happens but the passing of time: nothing is predicted any more. */
  forget(): void {
    this.#open = [];
  }

  add({ permitId, entries }: PermitExplanation): void {
    for (const entry of entries) {
      const instant = findInstant(entry);
      if (instant === undefined) continue;
      const { providerId, locationId, plate, sentence } = entry;
      const at = this.#world.time.elapsed() + instant.getTime() - this.#world.time.now().getTime();
      const about = { providerId, permitId, locationId, plateNumber: plate.number };
      const references = this.#referencesOf(entry, permitId);
      this.#open.push({ ...about, references, at, isCertain: this.#isCertain(entry), sentence });
    }
  }

  /** A change leaves for a vendor. */
  noteSent(providerId: string, change: PushChange): void {
    const now = this.#world.time.elapsed();
    const isMeant = (one: Prediction) => one.providerId === providerId && isOf(one, change);
    for (const one of this.#open.filter(isMeant)) {
      this.compared += 1;
      if (now < one.at - EARLY_MS)
        this.#violate(one, `its ${change.kind} was sent ${Math.round(one.at - now)} ms before`);
    }
    this.#open = this.#open.filter((one) => !isMeant(one));
  }

  /** Looks for what should have been sent by now. `isAlive`: whether the process lives that was to send it. */
  check(isAlive: boolean): void {
    const now = this.#world.time.elapsed();
    const late = this.#open.filter(({ at }) => now > at + LATE_MS);
    this.#open = this.#open.filter(({ at }) => now <= at + LATE_MS);
    for (const one of late) {
      if (!isAlive || !one.isCertain || !this.#isWell(one.providerId)) continue;
      this.compared += 1;
      this.#violate(one, "it was not sent within five minutes after");
    }
  }

  #referencesOf(entry: PermitExplanationEntry, permitId: string): string[] {
    const reference = "reference" in entry ? entry.reference : undefined;
    if (reference === undefined) return [];
    const named = [...(this.#world.vendors.get(entry.providerId)?.rights.values() ?? [])].filter(
      (right) =>
        right.reference === reference &&
        right.permitId === permitId &&
        right.locationId === entry.locationId &&
        right.plateNumber === entry.plate.number,
    );
    return [reference, ...named.map(({ identity }) => identity)];
  }

  #isCertain(entry: PermitExplanationEntry): boolean {
    const { providerId, plate } = entry;
    const open = entry.status === "acknowledged" ? entry.change : entry;
    const isDown = open !== undefined && "breakerOpenSince" in open;
    // Such a plate is refused before a request leaves; and one right may stand in for another where the vendor keeps one.
    const isSent = plate.region !== undefined || !this.#world.needsRegion(providerId);
    const isFree = this.#world.vendors.get(providerId)?.keepsOne !== true;
    return !isDown && isSent && isFree && this.#isWell(providerId);
  }

  #isWell(providerId: string): boolean {
    const { conditions, faults } = this.#world;
    return conditions.get(providerId) === "well" && faults.get(providerId)?.length === 0;
  }

  #violate({ at, sentence }: Prediction, what: string): void {
    const { time, violations } = this.#world;
    const shown = new Date(time.now().getTime() + at - time.elapsed()).toISOString();
    violations.push(`An explanation said: "${sentence}", and ${what} ${shown}.`);
  }
}

function isOf(
  { permitId, locationId, plateNumber, references }: Prediction,
  { registration, identity, reference }: PushChange,
): boolean {
  if (references.length > 0) return references.includes(identity) || references.includes(reference);
  return (
    registration.permitId === permitId &&
    registration.locationId === locationId &&
    registration.plate.number === plateNumber
  );
}

/** When an entry says that something of it is sent next. */
function findInstant(entry: PermitExplanationEntry): Date | undefined {
  if (entry.status === "on_its_way") return entry.nextTryAt ?? undefined;
  if (entry.status === "not_sent" && entry.reason === "starts_later") return entry.sendAt;
  const change = entry.status === "acknowledged" ? entry.change : undefined;
  return change !== undefined && "nextTryAt" in change ? (change.nextTryAt ?? undefined) : undefined;
}
