/** The time from a change being recorded, or falling due, to the vendor's acknowledgement, in milliseconds. */
export interface LagPercentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** The number of deliveries measured: the last ones, at most 1,024. */
  readonly count: number;
}

const KEPT = 1_024;

/** The lags of the last 1,024 deliveries. */
export class Lag {
  readonly #values = new Float64Array(KEPT);
  #count = 0;

  add(milliseconds: number): void {
    // A clock that was set back would make a lag negative.
    this.#values[this.#count % KEPT] = Math.max(0, milliseconds);
    this.#count += 1;
  }

  /** Null before the first one. */
  get percentiles(): LagPercentiles | null {
    const count = Math.min(this.#count, KEPT);
    if (count === 0) return null;
    const sorted = this.#values.slice(0, count).sort();
    // Nearest rank: a lag that was measured.
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count };
  }
}
