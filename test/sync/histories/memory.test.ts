import { describe, it } from "vitest";
import { checkHistories } from "./check-histories.ts";
import { createMemoryHome } from "./memory-home.ts";

describe("the promise of durable sync, in random histories", () => {
  it("holds with a ledger in memory", { timeout: 3_600_000 }, async () => {
    await checkHistories(createMemoryHome, { inTest: 2_000 });
  });
});
