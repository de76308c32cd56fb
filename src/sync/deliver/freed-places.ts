import type { Delivery, DeliveryId, Right } from "../ledger/delivery.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import { isOfTakenPlace } from "../plan/plan-order.ts";
import { placeOf } from "../plan/right-terms.ts";
import type { Work } from "./work.ts";

// Refusals are few, and are found by the ledger's index of them. Where they are many, they are not read without rest.
const PAUSE_MS = 1_000;

export interface FreedPlacesOptions {
  readonly providerId: string;
  readonly ledger: Pick<Ledger, "listFailures" | "claimOne" | "save">;
  readonly timers: Timers;
  /** The delivery of a permit that this process is working on. */
  readonly findWork: (permitId: string) => Work | undefined;
  /** Registrations are due that were refused. */
  readonly onDue: () => void;
}

/**
 * Has registrations sent again that were refused because another right existed, as soon as that one is cancelled: those of
 * other permits, of which the cancelled right's delivery knows nothing. What is missed here is sent again after its wait.
 */
export class FreedPlaces {
  readonly #options: FreedPlacesOptions;
  /** Target and place of what was cancelled since the last look. */
  readonly #freed = new Map<string, string>();
  #isOpen = false;
  #isLooking = false;
  #cancelPause: (() => void) | undefined;

  constructor(options: FreedPlacesOptions) {
    this.#options = options;
  }

  get isLooking(): boolean {
    return this.#isLooking;
  }

  /** Notes that a right was cancelled. */
  note({ registration }: Right): void {
    this.#freed.set(placeOf(registration), registration.target);
  }

  /** Looks for what was refused because of the rights that were noted. Never rejects. */
  async look(): Promise<void> {
    if (!this.#isOpen || this.#isLooking || this.#cancelPause !== undefined) return;
    if (this.#freed.size === 0) return;
    this.#isLooking = true;
    const freed = new Map(this.#freed);
    this.#freed.clear();
    try {
      await this.#wake(freed);
    } catch {
      // The ledger failed, which its statements for deliveries tell. Each refusal has a wait of its own.
    }
    this.#isLooking = false;
    if (!this.#isOpen) return;
    this.#cancelPause = this.#options.timers.after(PAUSE_MS, () => {
      this.#cancelPause = undefined;
      void this.look();
    });
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Looks no more. */
  close(): void {
    this.#isOpen = false;
    this.#cancelPause?.();
    this.#cancelPause = undefined;
    this.#freed.clear();
  }

  async #wake(freed: ReadonlyMap<string, string>): Promise<void> {
    const { providerId, ledger, onDue } = this.#options;
    const targets = new Set(freed.values());
    const found = new Set<string>();
    for await (const failure of ledger.listFailures(providerId)) {
      if (isOfTakenPlace(failure) && targets.has(failure.target)) found.add(failure.permitId);
    }
    for (const permitId of found) await this.#wakeOne({ providerId, permitId }, freed);
    if (found.size > 0) onDue();
  }

  async #wakeOne(id: DeliveryId, freed: ReadonlyMap<string, string>): Promise<void> {
    const { ledger, timers, findWork } = this.#options;
    const work = findWork(id.permitId);
    if (work !== undefined) {
      work.delivery = freedFor(work.delivery, freed, timers.now());
      return;
    }
    const claimed = await ledger.claimOne(id, { now: timers.now(), leaseMs: LEASE_MS });
    // Another process is working on it.
    if (claimed === undefined) return;
    const now = timers.now();
    const delivery = freedFor(claimed.delivery, freed, now);
    const release = { dueAt: now, settled: false };
    await ledger.save([{ ...id, delivery, version: claimed.version, release }]);
  }
}

/** A delivery whose refused registrations at some places are sent again at `now`. */
function freedFor(delivery: Delivery, freed: ReadonlyMap<string, string>, now: Date): Delivery {
  const isMeant = ({ failure, registration }: Right) =>
    failure !== null && isOfTakenPlace(failure) && freed.has(placeOf(registration));
  if (!delivery.rights.some(isMeant)) return delivery;
  const rights = delivery.rights.map((right) =>
    right.failure === null || !isMeant(right)
      ? right
      : { ...right, failure: { ...right.failure, retryAt: now.toISOString() } },
  );
  return { ...delivery, rights };
}
