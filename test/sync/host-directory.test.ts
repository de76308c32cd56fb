import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Company, Location } from "../../src/core/directory/directory.ts";
import { permit, type ScriptedSync, scriptedSync } from "./scripted-sync.ts";

// A host's own directory, which no compiler checks.

const on = { alpha: { enabled: true, target: "zone" } };
const good = { id: "good", companyId: "c", name: "Good", providers: on };
const bad = { ...good, id: "bad", name: "Bad" };
const withAlpha = (entry: unknown) => ({ ...bad, providers: { alpha: entry } });

const MALFORMED: readonly (readonly [what: string, location: unknown, field: string])[] = [
  ["providers: null", { ...bad, providers: null }, "providers"],
  ["providers missing", { ...bad, providers: undefined }, "providers"],
  ["providers as JSON text", { ...bad, providers: JSON.stringify(on) }, "providers"],
  ["enabled: 1", withAlpha({ enabled: 1, target: "zone" }), 'providers["alpha"].enabled'],
  ['enabled: "true"', withAlpha({ enabled: "true", target: "zone" }), 'providers["alpha"].enabled'],
  ["a number as target", withAlpha({ enabled: true, target: 1428 }), 'providers["alpha"].target'],
  ["a target of null", withAlpha({ enabled: true, target: null }), 'providers["alpha"].target'],
  ["company_id", { id: "bad", company_id: "c", name: "Bad", providers: on }, "companyId"],
  ["a row's other columns", { ...bad, created_at: "2026-01-01" }, "created_at"],
  ["an invalid region", { ...bad, region: "Atlantis" }, "region"],
];

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => process.on("unhandledRejection", note));
afterAll(() => {
  process.off("unhandledRejection", note);
});

/** Lists the locations that a test sets for company c; those of company d are correct. */
function withLocations(scripted: ScriptedSync, listed: readonly unknown[]): void {
  scripted.locations.set("c", listed as Location[]);
}

const at = (id: string, ...locationIds: string[]) => permit(id, { locationIds });

describe("deliveries", () => {
  describe.each(MALFORMED)("of a location with %s", (_, location, field) => {
    it("wait, the location is reported by its id and field, and all others continue", async () => {
      const scripted = scriptedSync();
      const { sync, vendor, events, pass, until } = scripted;
      withLocations(scripted, [good, location]);
      await sync.start();
      await until(
        sync.issueMany([
          ...[at("P1", "bad"), at("P2", "good"), at("P3", "bad", "good")],
          permit("P4", { companyId: "d", locationIds: ["d-lot"] }),
        ]),
      );
      await pass(5 * 60_000);
      expect(vendor().requests.join()).not.toContain("P1");
      expect(vendor().live.size).toBe(3);
      const told = events.filter(({ type }) => type.startsWith("directory_") || type === "unmapped");
      expect(told).toMatchObject([
        { type: "directory_failed", companyId: "c", locationId: "bad", field, at: expect.any(Date) },
      ]);
      expect(told[0]).toMatchObject({ message: expect.stringMatching(/^location "bad"/) });
      expect((await sync.status()).providers).toMatchObject([{ pending: 2, unmapped: 0, failed: 0 }]);

      withLocations(scripted, [good, bad]);
      await until(sync.refresh({ companyId: "c" }));
      await until(sync.idle());
      expect(vendor().live.size).toBe(5);
      expect(events.filter(({ type }) => type.startsWith("directory_")).at(-1)).toMatchObject({
        ...{ type: "directory_recovered", companyId: "c", locationId: "bad" },
      });
      await until(sync.stop());
    });
  });

  it("of a company that cannot be read wait, and the others continue", async () => {
    const companies: readonly (readonly [unknown, string])[] = [
      [{ id: "c", name: "C", providers: null }, "company.providers"],
      [{ id: "c", name: "C", providers: '{"alpha":{"enabled":true}}' }, "company.providers"],
      [{ id: "c", name: "C", providers: { alpha: { enabled: 1 } } }, 'company.providers["alpha"].enabled'],
      [{ id: "c", company_name: "C", providers: on }, "company.name"],
      [{ id: "C", name: "C", providers: { alpha: { enabled: true } } }, "company.id"],
    ];
    for (const [company, field] of companies) {
      const scripted = scriptedSync();
      const { sync, vendor, events, pass, until } = scripted;
      const sound = scripted.companies.get("c") as Company;
      await sync.start();
      await until(sync.issue(permit("P0")));
      await until(sync.idle());
      scripted.companies.set("c", company as Company);
      await until(sync.refresh());
      const others = permit("P2", { companyId: "d", locationIds: ["d-lot"] });
      await until(sync.issueMany([permit("P1"), others]));
      await pass(60_000);
      expect([...vendor().requests].sort()).toEqual(["register P0", "register P2"]);
      const told = events.filter(({ type }) => type.startsWith("directory_"));
      expect(told).toEqual([
        {
          ...{ type: "directory_failed", companyId: "c", field, at: expect.any(Date) },
          message: expect.stringContaining(field),
        },
      ]);
      scripted.companies.set("c", sound);
      await until(sync.refresh());
      await until(sync.idle());
      expect(vendor().live.size).toBe(3);
      expect(events.at(-2)?.type ?? "").toMatch(/directory_recovered|acknowledged/);
      await until(sync.stop());
    }
  });
});

describe("a company that is null", () => {
  it("counts as one that the directory does not know", async () => {
    const { sync, companies, types, until } = scriptedSync();
    companies.set("c", null as never);
    await sync.start();
    expect(await until(sync.issue(permit("P1")))).toEqual({
      permitId: "P1",
      status: "recorded",
      notInDirectory: { company: true },
    });
    await until(sync.idle());
    expect(types()).toEqual(["unmapped"]);
    await until(sync.stop());
  });
});

describe("while a location cannot be read", () => {
  /** P1 is registered at both locations; then one of them cannot be read any more. */
  async function registered() {
    const scripted = scriptedSync();
    const { sync, until } = scripted;
    withLocations(scripted, [good, bad]);
    await sync.start();
    await until(sync.issue(at("P1", "good", "bad")));
    await until(sync.idle());
    scripted.vendor().requests.length = 0;
    withLocations(scripted, [good, { ...bad, providers: null }]);
    await until(sync.refresh());
    await scripted.pass(5_000);
    return scripted;
  }

  it("the vendor keeps what it has there", async () => {
    const { sync, vendor, until } = await registered();
    expect(vendor().requests).toEqual([]);
    expect(vendor().live.size).toBe(2);
    await until(sync.stop());
  });

  it("a revoked permit is withdrawn there as well", async () => {
    const { sync, vendor, until } = await registered();
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(vendor().live.size).toBe(0);
    await until(sync.stop());
  });

  it("a permit that no longer covers it is withdrawn there", async () => {
    const { sync, vendor, until } = await registered();
    await until(sync.revise({ ...at("P1", "good"), revision: 2 }));
    await until(sync.idle());
    expect(vendor().requests).toEqual(["cancel P1"]);
    await until(sync.stop());
  });

  it("a changed end is sent for the other location, and for this one once it can be read", async () => {
    const scripted = await registered();
    const { sync, vendor, pass, until } = scripted;
    await until(sync.revise({ ...at("P1", "good", "bad"), revision: 2, validTo: "2027-01-31T00:00:00Z" }));
    await pass(60_000);
    expect(vendor().requests).toEqual(["amend P1"]);
    withLocations(scripted, [good, bad]);
    await until(sync.idle());
    expect(vendor().requests).toEqual(["amend P1", "amend P1"]);
    await until(sync.stop());
  });

  it("the old location is kept until the new one can be read", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, pass, until } = scripted;
    withLocations(scripted, [good, { ...bad, providers: null }]);
    await sync.start();
    await until(sync.issue(at("P1", "good")));
    await until(sync.idle());
    await until(sync.revise({ ...at("P1", "bad"), revision: 2 }));
    await pass(60_000);
    expect(vendor().requests).toEqual(["register P1"]);
    withLocations(scripted, [good, bad]);
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P1", "register P1", "cancel P1"]);
    await until(sync.stop());
  });

  it("a permit that has ended does not wait", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, pass, until } = scripted;
    withLocations(scripted, [good, { ...bad, providers: null }]);
    await sync.start();
    await until(sync.issue({ ...at("P1", "bad"), validTo: "2026-09-15T12:30:00Z" }));
    await pass(29 * 60_000);
    expect((await sync.status()).providers).toMatchObject([{ pending: 1 }]);
    await pass(5 * 60_000);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0 }]);
    expect(vendor().requests).toEqual([]);
    await until(sync.stop());
  });

  it("it is read again without a refresh, within a minute", async () => {
    const scripted = await registered();
    const { sync, types, pass, until } = scripted;
    await pass(60 * 60_000);
    withLocations(scripted, [good, bad]);
    await pass(60_000);
    expect(types().slice(-1)).toEqual(["directory_recovered"]);
    expect((await sync.status()).providers).toMatchObject([{ pending: 0 }]);
    await until(sync.stop());
  });

  it("it is reported again when something else is wrong with it, and once by its position when it has no id", async () => {
    const scripted = await registered();
    const { events, sync, pass, until } = scripted;
    withLocations(scripted, [good, withAlpha({ enabled: 1 })]);
    await pass(60_000);
    withLocations(scripted, [good, null]);
    await pass(120_000);
    const told = events.filter(({ type }) => type.startsWith("directory_"));
    expect(told.map(({ at: _, ...event }) => event)).toMatchObject([
      { type: "directory_failed", locationId: "bad", field: "providers" },
      { type: "directory_failed", locationId: "bad", field: 'providers["alpha"].enabled' },
      { type: "directory_recovered", locationId: "bad" },
      { type: "directory_failed", locationIndex: 1, field: "location" },
    ]);
    expect(told.at(-1)).not.toHaveProperty("locationId");
    // The location without an id may be "bad".
    expect(scripted.vendor().live.size).toBe(2);
    await until(sync.stop());
  });
});

it("no rejection was left unhandled", () => {
  expect(unhandled).toEqual([]);
});
