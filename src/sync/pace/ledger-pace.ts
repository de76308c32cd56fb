import type { Ledger } from "../ledger/ledger.ts";

/** How much a ledger is given to do at once. Measured: `npm run bench:sync`. */
interface Pace {
  /** Writings of deliveries under way at once. */
  readonly writings: number;
  /** Deliveries in one writing: what comes after waits for as many. */
  readonly writtenTogether: number;
  /** Operations that wait for a request, as a multiple of what may be under way. */
  readonly ahead: number;
}

export const PACE: Readonly<Record<Ledger["kind"], Pace>> = {
  memory: { writings: 1, writtenTogether: Number.POSITIVE_INFINITY, ahead: 1 },
  // While its thread writes, the next are put into their form; and while it writes for long, there is something to send.
  sqlite: { writings: 2, writtenTogether: 500, ahead: 2 },
  // It writes over several connections at once, and every writing is several round trips.
  postgres: { writings: 2, writtenTogether: Number.POSITIVE_INFINITY, ahead: 1 },
};
