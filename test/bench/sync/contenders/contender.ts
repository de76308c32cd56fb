/** A way to bring permits to the vendor. */
export interface Contender {
  /** Everything that is not measured: permits and a ledger are there afterwards, and nothing was sent. */
  prepare(origin: string, permits: number): Promise<Backfill>;
}

export interface Backfill {
  /** Brings everything to the vendor. Fulfilled when every end is known, and durable where the contender promises it. */
  run(): Promise<void>;
  end(): Promise<void>;
}
