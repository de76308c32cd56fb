/** How long changes took from being recorded, or falling due, until the vendor had acknowledged them, in milliseconds. */
export interface LagPercentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  /** How many they are of: the last ones, at most 1,024. */
  readonly count: number;
}

const KEPT = 1_024;

/** The lags of the last deliveries. */
export class Lag {
  readonly #values = new Float64Array(KEPT);
  #count = 0;

  add(milliseconds: number): void {
    // A clock that was set back makes no lag less than none.
    this.#values[this.#count % KEPT] = Math.max(0, milliseconds);
    this.#count += 1;
  }

  /** Null before the first one. */
  get percentiles(): LagPercentiles | null {
    const count = Math.min(this.#count, KEPT);
    if (count === 0) return null;
    const sorted = this.#values.slice(0, count).sort();
    // Nearest rank: a lag that was really seen.
    const at = (share: number) => sorted[Math.max(0, Math.ceil(share * count) - 1)] ?? 0;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99), count };
  }
}
