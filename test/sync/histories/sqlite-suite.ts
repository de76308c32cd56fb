import type { HistorySuite } from "./describe-histories.ts";
import { createSqliteHomes } from "./sqlite-homes.ts";

export const SQLITE_SUITE: HistorySuite = {
  place: "SQLite",
  openHomes: async () => createSqliteHomes(),
  count: { quick: 200, full: 500 },
  firstSeed: 1_000_001,
  size: { longestOutageMs: 5 * 60_000, mostSteps: 12 },
  parts: 3,
};
