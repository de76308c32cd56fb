import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { countOf } from "../ledger/count-of.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

/** A sync in which provider `alpha` is switched on while a permit is being recorded, and whose ledger then fails so often. */
function switchedOnMeanwhile(failures: number) {
  let left = failures;
  let isOn = false;
  const wrap = (ledger: Ledger): Ledger => ({
    ...ledger,
    watch: () => () => {},
    async makeDue(request, options) {
      if (left > 0) {
        left -= 1;
        throw new EnforcementError("unavailable", "The disk is full.");
      }
      return ledger.makeDue(request, options);
    },
    async record(changes, options) {
      const statuses = await ledger.record(changes, options);
      isOn = true;
      return statuses;
    },
  });
  const scripted = scriptedSync(["alpha"], {
    wrap,
    directory: {
      getCompany: (id) => ({ id, name: id, providers: isOn ? { alpha: { enabled: true } } : {} }),
      listLocations: (companyId) => [
        { id: "c-lot", companyId, name: "Lot", providers: { alpha: { enabled: true, target: "zone" } } },
      ],
    },
  });
  return { ...scripted, failuresLeft: () => left };
}

describe("a provider that is switched on while a permit is being recorded", () => {
  it("gets it as soon as the ledger works again, and the host's call resolves as recorded", async () => {
    const { sync, vendor, types, until, hasTimer } = switchedOnMeanwhile(3);
    await sync.start();
    expect(await until(sync.issue(permit("P1")))).toEqual({ permitId: "P1", status: "recorded" });
    expect(vendor().requests).toEqual([]);
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P1"]);
    expect(types()).toEqual(["acknowledged"]);
    await until(sync.stop());
    expect(hasTimer()).toBe(false);
  });

  it("gets it after the next start, and nothing keeps a stopped process alive", async () => {
    const { sync, vendor, until, hasTimer, failuresLeft } = switchedOnMeanwhile(3);
    await until(sync.issue(permit("P1")));
    expect(hasTimer()).toBe(false);
    await sync.start();
    await until(sync.stop());
    expect(hasTimer()).toBe(false);
    expect(failuresLeft()).toBeGreaterThan(0);
    await sync.start();
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P1"]);
    await until(sync.stop());
  });

  it("gets it with the next change that is recorded, started or not", async () => {
    const { sync, ledger, until, now } = switchedOnMeanwhile(1);
    await until(sync.issue(permit("P1")));
    expect((await countOf(ledger, "alpha", new Date(now()))).pending).toBe(0);
    await until(sync.issue(permit("P2", { companyId: "d", locationIds: ["d-lot"] })));
    expect((await countOf(ledger, "alpha", new Date(now()))).pending).toBe(2);
  });
});
