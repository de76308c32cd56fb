import pg from "pg";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createLedgers, issue, later, START } from "./ledgers.ts";

const ledgers = createLedgers();

afterEach(() => vi.restoreAllMocks());

describe("erasing", () => {
  it("starts a transaction only when there is something to erase", async () => {
    const ledger = await ledgers.open();
    await ledger.record([issue("P-1", { validTo: later(1_000) }), issue("P-2")]);
    const query = vi.spyOn(pg.Client.prototype, "query");
    const texts = () => query.mock.calls.map(([text]) => String(text).trim());
    const erase = () => ledger.erase({ endedBefore: later(1_001), now: later(1_001), limit: 500 });
    expect(await ledger.erase({ endedBefore: START, now: later(1_001), limit: 500 })).toBe(0);
    expect(texts()).toEqual([expect.stringMatching(/^SELECT /)]);
    expect(await erase()).toBe(1);
    expect(texts().filter((text) => text.startsWith("BEGIN"))).toHaveLength(1);
    query.mockClear();
    expect(await erase()).toBe(0);
    expect(texts()).toHaveLength(1);
  });
});
