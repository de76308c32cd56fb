import { describe, expect, it } from "vitest";
import { createRetryBudget } from "../../src/http/retry.ts";

describe("the retry budget", () => {
  it("starts with twenty retries", () => {
    const budget = createRetryBudget();

    const given = Array.from({ length: 25 }, () => budget.withdraw());

    expect(given.filter(Boolean)).toHaveLength(20);
  });

  it("earns a fifth of a retry with each operation, and never saves more than twenty", () => {
    const budget = createRetryBudget();
    for (let operation = 0; operation < 1_000; operation += 1) budget.deposit();
    const saved = Array.from({ length: 25 }, () => budget.withdraw()).filter(Boolean);

    const earned = Array.from({ length: 100 }, () => {
      budget.deposit();
      return budget.withdraw();
    });

    expect(saved).toHaveLength(20);
    expect(earned.filter(Boolean).length).toBeGreaterThanOrEqual(19);
    expect(earned.filter(Boolean).length).toBeLessThanOrEqual(20);
  });
});
