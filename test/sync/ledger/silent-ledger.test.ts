import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

const never = () => new Promise<never>(() => {});

describe("a ledger that does not answer", () => {
  it.each([
    ["claims", { claim: never }],
    ["clocks", { rewind: never }],
    ["erasures", { erase: never }],
  ])("to %s delays stop() no longer than its bound", async (_, silent: Partial<Ledger>) => {
    const wrap = (ledger: Ledger) => ({ ...ledger, ...silent });
    const { sync, now, jump, pass, until, hasTimer } = scriptedSync(["alpha"], { wrap });
    await sync.start();
    await pass(2_000);
    // The loop notices at its next read that the clock was set back.
    jump(-60_000);
    await until(sync.issue(permit("P1")));
    await pass(2_000);
    const begun = now();
    await until(sync.stop());
    expect(now() - begun).toBe(10_000);
    expect(hasTimer()).toBe(false);
  });
});

describe("a ledger that fails to record", () => {
  it("is reported once, and once more when it works again", async () => {
    let isWell = true;
    const wrap = (ledger: Ledger): Ledger => ({
      ...ledger,
      record: async (changes, options) => {
        if (isWell) return ledger.record(changes, options);
        throw new EnforcementError("unavailable", "It is away.");
      },
    });
    const { sync, types, until } = scriptedSync(["alpha"], { wrap });
    isWell = false;
    for (const id of ["P1", "P2"]) {
      await expect(until(sync.issue(permit(id)))).rejects.toMatchObject({ code: "unavailable" });
    }
    expect(types()).toEqual(["ledger_failed"]);
    isWell = true;
    await until(sync.issue(permit("P1")));
    expect(types()).toEqual(["ledger_failed", "ledger_recovered"]);
  });
});
