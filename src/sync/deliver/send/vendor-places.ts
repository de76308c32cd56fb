import { RequestPlaces } from "./request-places.ts";

// An outage of one vendor for hundreds of providers leaves the other providers their requests.
const MAX_PROBES = 8;

// Requests to a vendor that has just fallen silent hang, so where there are others, it never has all places.
const SHARE_OF_ONE = 3 / 4;

/** The places for requests of all providers of a sync, by the vendor that a request goes to. */
export class AllPlaces {
  readonly #requests: RequestPlaces;
  readonly #probes = new RequestPlaces(() => MAX_PROBES);
  readonly #vendors = new Map<string, VendorPlaces>();
  readonly #maxOfOne: () => number;
  readonly #onUp: (origin: string) => void;

  /** `onUp` is called when a vendor that was down has answered. */
  constructor(max: number, onUp: (origin: string) => void) {
    this.#requests = new RequestPlaces(() => max);
    this.#maxOfOne = () => (this.#vendors.size > 1 ? Math.ceil(max * SHARE_OF_ONE) : max);
    this.#onUp = onUp;
  }

  /** The places of a vendor, whom the origin of its interface identifies. */
  of(origin: string): VendorPlaces {
    let vendor = this.#vendors.get(origin);
    if (vendor === undefined) {
      const shared = { requests: this.#requests, probes: this.#probes };
      vendor = new VendorPlaces(shared, { max: this.#maxOfOne, onUp: () => this.#onUp(origin) });
      this.#vendors.set(origin, vendor);
    }
    return vendor;
  }
}

/**
 * The places for requests to one vendor, which all its providers share. While it is down, one of them at a time asks
 * whether it is back.
 */
export class VendorPlaces {
  readonly #all: { readonly requests: RequestPlaces; readonly probes: RequestPlaces };
  readonly #own: RequestPlaces;
  readonly #oneProbe = new RequestPlaces(() => 1);
  readonly #onUp: () => void;
  #isDown = false;

  constructor(
    all: { readonly requests: RequestPlaces; readonly probes: RequestPlaces },
    { max, onUp }: { max: () => number; onUp: () => void },
  ) {
    this.#all = all;
    this.#own = new RequestPlaces(max);
    this.#onUp = onUp;
  }

  /** Whether some wait for a place. */
  get isCrowded(): boolean {
    return this.#own.isCrowded || this.#all.requests.isCrowded;
  }

  /**
   * Takes a place for a request, or for one that asks whether the vendor is back. Returns a function that gives it back;
   * undefined when none is free: `again` is called when it is its turn.
   */
  take(isProbe: boolean, again: () => void): (() => void) | undefined {
    const taken: RequestPlaces[] = [];
    const giveBack = () => {
      for (const places of taken.splice(0).reverse()) places.release();
    };
    for (const places of this.#placesFor(isProbe)) {
      if (!places.take(again)) {
        giveBack();
        return undefined;
      }
      taken.push(places);
    }
    return giveBack;
  }

  /** Ends the waiting of one who has stopped. */
  leave(again: () => void): void {
    for (const places of [this.#oneProbe, ...this.#placesFor(true)]) places.leave(again);
  }

  /** Notes the end of a probe: whether the vendor answered. */
  noteProbe(hasAnswered: boolean): void {
    const wasDown = this.#isDown;
    this.#isDown = !hasAnswered;
    if (wasDown && hasAnswered) this.#onUp();
  }

  #placesFor(isProbe: boolean): readonly RequestPlaces[] {
    const places = [this.#own, this.#all.requests];
    if (!isProbe) return places;
    return this.#isDown ? [this.#oneProbe, this.#all.probes, ...places] : [this.#all.probes, ...places];
  }
}
