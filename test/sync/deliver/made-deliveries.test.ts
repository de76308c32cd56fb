import { describe, expect, it, vi } from "vitest";
import { countOf } from "../ledger/count-of.ts";
import { permit, type ScriptedSync, scriptedSync } from "../scripted-sync.ts";

describe("deliveries", () => {
  const pendingOf = async ({ ledger }: ScriptedSync, providerId: string) =>
    (await countOf(ledger, providerId, new Date(Number.MAX_SAFE_INTEGER / 2))).pending;

  it("are created only for providers that a company has switched on, also by a refresh", async () => {
    const scripted = scriptedSync(["alpha", "beta"]);
    const { sync, companies, vendor, until } = scripted;
    companies.set("c", { id: "c", name: "c", providers: { alpha: { enabled: true } } });
    await until(sync.issueMany([permit("P1"), permit("P2", { companyId: "d", locationIds: ["d-lot"] })]));
    await until(sync.refresh());
    expect(await pendingOf(scripted, "alpha")).toBe(2);
    expect(await pendingOf(scripted, "beta")).toBe(1);
    // Registrations at a provider that was switched off are withdrawn nevertheless.
    await sync.start();
    await until(sync.idle());
    companies.set("d", { id: "d", name: "d", providers: {} });
    await until(sync.refresh());
    await until(sync.idle());
    expect(vendor("beta").requests).toEqual(["register P2", "cancel P2"]);
    await until(sync.stop());
  });

  it("are created for all providers when the directory does not answer, and a silent directory is called once", async () => {
    const getCompany = vi.fn(() => new Promise<undefined>(() => {}));
    const scripted = scriptedSync(["alpha", "beta"], { directory: { getCompany, listLocations: () => [] } });
    const { sync, until, now } = scripted;
    await until(sync.issueMany([permit("P1", { companyId: "x" }), permit("P2", { companyId: "y" })]));
    const before = now();
    await until(sync.refresh());
    expect(now() - before).toBe(0);
    expect(getCompany).toHaveBeenCalledTimes(1);
    expect(await pendingOf(scripted, "beta")).toBe(2);
  });

  it("of a company that the directory does not know are reported", async () => {
    const { sync, events, until } = scriptedSync();
    await sync.start();
    await until(sync.issue(permit("P1", { companyId: "nobody" })));
    await until(sync.idle());
    expect(events).toMatchObject([{ type: "unmapped", companyId: "nobody", locationIds: ["c-lot"] }]);
    await until(sync.stop());
  });
});
