import type { HistorySuite } from "./describe-histories.ts";
import { createMemoryHome } from "./memory-home.ts";

export const MEMORY_SUITE: HistorySuite = {
  place: "memory",
  openHomes: async () => ({ createHome: createMemoryHome, close: async () => {} }),
  count: { quick: 300, full: 2_000 },
  firstSeed: 1,
  parts: 2,
};
