import { describe, expect, it } from "vitest";
import { failureOf } from "../../support/registrations.ts";
import { scriptedSync } from "../scripted-sync.ts";

const late = new Date("2026-09-02T00:00:00Z");
const early = new Date("2026-09-01T00:00:00Z");

describe.each(["retry", "dismiss"] as const)("%s", (call) => {
  it.each([
    ["no key at all", {}, "filter"],
    ["a key without a value", { providerId: undefined }, "filter"],
    ["all: false alone", { all: false }, "filter"],
    ["all beside another key", { all: true, code: "rejected" }, "filter.all"],
    ["all as text", { all: "true" }, "filter.all"],
    ["a key that is not known", { provider: "alpha" }, "filter"],
    ["dryRun among the keys of the filter", { code: "rejected", dryRun: true }, "filter"],
    ["a provider id that is empty", { providerId: " " }, "filter.providerId"],
    ["a provider id that is too long", { providerId: "p".repeat(513) }, "filter.providerId"],
    ["a company id that is a number", { companyId: 7 }, "filter.companyId"],
    ["a code of the vendor's", { code: "plate_unknown" }, "filter.code"],
    ["a code that every object inherits", { code: "constructor" }, "filter.code"],
    ["null as a code", { code: null }, "filter.code"],
    ["an instant without an offset", { since: "2026-09-01T00:00:00" }, "filter.since"],
    ["a number as an instant", { until: 1_788_000_000_000 }, "filter.until"],
    ["an invalid Date", { since: new Date(Number.NaN) }, "filter.since"],
    ["an end before its start", { since: late, until: early }, "filter.until"],
    ["an empty range", { since: late, until: late }, "filter.until"],
    ["a list of keys", [["a/b/c"]], "filter"],
  ])("refuses %s, by name", async (_, filter, field) => {
    const { sync } = scriptedSync();
    const failure = await failureOf(() => sync[call](filter as never));
    expect(failure).toMatchObject({ code: "invalid_input", field });
    expect(failure.message).not.toContain("plate_unknown");
  });

  it.each([
    ["an option that is not known", { code: "rejected" }, { dry: true }, "options"],
    ["a dry run that is no boolean", { code: "rejected" }, { dryRun: 1 }, "options.dryRun"],
    ["null as options", { code: "rejected" }, null, "options"],
    ["options beside a key", "alpha/P1/r", { dryRun: true }, "options"],
    ["null", null, undefined, "key"],
    ["nothing", undefined, undefined, "key"],
  ])("refuses %s", async (_, which, options, field) => {
    const { sync } = scriptedSync();
    const failure = await failureOf(() => (sync[call] as CallableFunction)(which, options));
    expect(failure).toMatchObject({ code: "invalid_input", field });
  });

  it("accepts a filter that selects nothing", async () => {
    const { sync, until } = scriptedSync();
    const nothing = { dryRun: false, matched: 0, done: 0, gone: 0, conflicts: 0, items: [] };
    expect(await until(sync[call]({ since: early, until: late.toISOString() }))).toEqual(nothing);
    expect(await until(sync[call]({ all: true }, { dryRun: true }))).toEqual({ ...nothing, dryRun: true });
  });
});
