import { describe, it } from "vitest";
import { checkHistories } from "./check-histories.ts";
import { createPostgresHomes } from "./postgres-homes.ts";

describe("the promise of durable sync, in random histories", () => {
  it("holds with a ledger in PostgreSQL", { timeout: 7_200_000 }, async () => {
    const homes = await createPostgresHomes();
    try {
      await checkHistories(homes.createHome, {
        ...{ inTest: 100, seed: 2_000_001 },
        size: { longestOutageMs: 5 * 60_000, mostSteps: 12 },
      });
    } finally {
      await homes.close();
    }
  });
});
