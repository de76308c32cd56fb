import type { DeliveryId, ProviderState, RegistrationState } from "../ledger/delivery.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import { isOfTakenPlace } from "../plan/plan-order.ts";
import { placeOf } from "../plan/right-terms.ts";
import type { Work } from "./work.ts";

// Refusals are few, and the ledger finds them by an index. Where they are many, reading them pauses for this long.
const PAUSE_MS = 1_000;

export interface FreedPlacesOptions {
  readonly providerId: string;
  readonly ledger: Pick<Ledger, "listFailures" | "claimOne" | "save">;
  readonly timers: Timers;
  /** The work of a permit that this process has claimed. */
  readonly findWork: (permitId: string) => Work | undefined;
  /** Called when refused registrations became due. */
  readonly onDue: () => void;
}

/**
 * Makes registrations due that were refused because another right existed, as soon as that right is cancelled. It
 * serves other permits, because the cancelled right's delivery holds only its own. A registration that is missed here
 * is sent again after its wait.
 */
export class FreedPlaces {
  readonly #options: FreedPlacesOptions;
  /** Place and target of the rights that were cancelled since the last look. */
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

  note({ registration }: RegistrationState): void {
    this.#freed.set(placeOf(registration), registration.target);
  }

  /** Finds the registrations that were refused because of the noted rights. Never rejects. */
  async look(): Promise<void> {
    if (!this.#isOpen || this.#isLooking || this.#cancelPause !== undefined) return;
    if (this.#freed.size === 0) return;
    this.#isLooking = true;
    const freed = new Map(this.#freed);
    this.#freed.clear();
    try {
      await this.#wake(freed);
    } catch {
      // The loop's own calls report a failing ledger. Each refusal is sent again after its wait anyway.
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

  /** Ends looking, and forgets the noted rights. */
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
    // Another process has claimed it.
    if (claimed === undefined) return;
    const now = timers.now();
    const delivery = freedFor(claimed.delivery, freed, now);
    const release = { dueAt: now, settled: false };
    await ledger.save([{ ...id, delivery, version: claimed.version, release }]);
  }
}

/** The delivery with its refused registrations at the freed places due at `now`. */
function freedFor(delivery: ProviderState, freed: ReadonlyMap<string, string>, now: Date): ProviderState {
  const isMeant = ({ failure, registration }: RegistrationState) =>
    failure !== null && isOfTakenPlace(failure) && freed.has(placeOf(registration));
  if (!delivery.rights.some(isMeant)) return delivery;
  const rights = delivery.rights.map((right) =>
    right.failure === null || !isMeant(right)
      ? right
      : { ...right, failure: { ...right.failure, retryAt: now.toISOString() } },
  );
  return { ...delivery, rights };
}
