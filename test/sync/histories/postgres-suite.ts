import type { HistorySuite } from "./describe-histories.ts";
import { createPostgresHomes } from "./postgres-homes.ts";

export const POSTGRES_SUITE: HistorySuite = {
  place: "PostgreSQL",
  openHomes: createPostgresHomes,
  count: { quick: 40, full: 200 },
  firstSeed: 2_000_001,
  size: { longestOutageMs: 5 * 60_000, mostSteps: 12, goesSilent: true },
  parts: 3,
};
