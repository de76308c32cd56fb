import type { Ledger } from "../ledger/ledger.ts";

/** The load that each kind of ledger gets. Measured by `npm run bench:sync`. */
interface LedgerLoad {
  /** Concurrent writes of deliveries, of all providers together. */
  readonly writings: number;
  /** The most deliveries in one write. Later ones wait for the next. */
  readonly writtenTogether: number;
  /** The most operations that wait for a request, as a multiple of those that may be in open requests. */
  readonly ahead: number;
}

export const LEDGER_LOAD: Readonly<Record<Ledger["kind"], LedgerLoad>> = {
  memory: { writings: 1, writtenTogether: 1_000, ahead: 1 },
  // While the writer's thread writes, the next deliveries are encoded; during a long write, there are operations to
  // send.
  sqlite: { writings: 2, writtenTogether: 500, ahead: 2 },
  // It writes over several connections at once, and every write is several round trips.
  postgres: { writings: 2, writtenTogether: 1_000, ahead: 1 },
};
