import { afterAll, describe, it } from "vitest";
import { checkHistories } from "./check-histories.ts";
import { createSqliteHomes } from "./sqlite-homes.ts";

describe("the promise of durable sync, in random histories", () => {
  const homes = createSqliteHomes();
  afterAll(() => homes.close());

  it("holds with a ledger in SQLite", { timeout: 3_600_000 }, async () => {
    await checkHistories(homes.createHome, {
      ...{ inTest: 500, seed: 1_000_001 },
      size: { longestOutageMs: 5 * 60_000, mostSteps: 12 },
    });
  });
});
