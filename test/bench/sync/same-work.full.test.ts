import { describe, expect, it } from "vitest";
import { measurePostgres } from "./measure-postgres.ts";

describe("the benchmark over PostgreSQL", () => {
  it("compares contenders that do the same work", { timeout: 600_000 }, async () => {
    // It throws where the registrations or the rows that the contenders leave behind differ.
    const { comparisons } = await measurePostgres({ rounds: 1, registrations: 500 });
    expect(comparisons).toHaveLength(1);
  });
});
