import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { EnforcementError } from "../../../src/core/errors.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { explainPermit } from "../../../src/sync/explain/explain-permit.ts";
import { showInstant } from "../../../src/sync/explain/words.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { issue } from "../ledger/fixtures.ts";
import { permit, type ScriptedSync, START, scriptedSync } from "../scripted-sync.ts";

/** What sync says of the only entry of a permit. */
async function explainOnly({ sync, until }: ScriptedSync, permitId = "P1") {
  const { entries, sentences, ...about } = await until(sync.explain(permitId));
  const [entry, ...others] = entries;
  if (entry === undefined || others.length > 0)
    throw new Error(`${entries.length} entries:\n${sentences.join("\n")}`);
  return { about, entry, sentences };
}

/** The end of `permit("P1")`. */
const END = new Date("2026-12-31T00:00:00Z");

const refused = (details: object = {}) =>
  new EnforcementError("rejected", "The vendor refused it.", { attempts: 1, ...details });
const away = () =>
  new EnforcementError("unavailable", "The vendor does not answer.", {
    attempts: 1,
    outcome: "unknown",
    status: 503,
  });

describe("a permit that the vendor has", () => {
  it("is acknowledged since its first acknowledgement, also after its end was changed", async () => {
    const scripted = scriptedSync();
    const { sync, pass, until, now } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const first = await explainOnly(scripted);
    expect(first.about).toMatchObject({ permitId: "P1", state: "active", companyId: "c", revision: 1 });
    expect(first.entry).toMatchObject({
      providerId: "alpha",
      locationId: "c-lot",
      plate: { number: "P1" },
      target: "zone",
      status: "acknowledged",
      since: new Date(now()),
      coveredUntil: END,
    });
    const { since } = first.entry as { since: Date };
    expect(first.sentences).toHaveLength(2);
    expect(first.entry.sentence).toContain(`is there since ${showInstant(since)}, until `);
    expect(first.sentences[1]).toBe(`${first.entry.sentence} ${first.entry.remedy}`);
    await pass(3_600_000);
    const validTo = new Date(START + 40 * 86_400_000);
    await until(sync.issue(permit("P1", { revision: 2, validTo })));
    await until(sync.idle());
    const second = await explainOnly(scripted);
    expect(second.about.revision).toBe(2);
    expect(second.entry).toMatchObject({ status: "acknowledged", since, coveredUntil: validTo });
    expect(second.entry).not.toHaveProperty("change");
    await until(sync.stop());
  });

  it("names a new end that was refused, with the key to send it again", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    vendor().answer = () => refused({ vendorCode: "E7", vendorMessage: "Too late." });
    await until(sync.issue(permit("P1", { revision: 2, validTo: new Date(START + 40 * 86_400_000) })));
    await until(sync.idle());
    const { entry } = await explainOnly(scripted);
    expect(entry).toMatchObject({
      status: "acknowledged",
      coveredUntil: END,
      change: { operation: "amend", code: "rejected", vendorCode: "E7", vendorMessage: "Too late." },
    });
    vendor().answer = () => undefined;
    const { failureKey } = (entry as { change: { failureKey: string } }).change;
    await until(sync.retry(failureKey));
    await until(sync.idle());
    expect((await explainOnly(scripted)).entry).not.toHaveProperty("change");
    await until(sync.stop());
  });

  it("shows both names where the directory calls the location something else by now", async () => {
    const scripted = scriptedSync();
    const { sync, locations, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const [lot] = locations.get("c") ?? [];
    if (lot === undefined) throw new Error("There is no lot.");
    locations.set("c", [{ ...lot, providers: { alpha: { enabled: true, target: "Zone" } } }]);
    const { entry } = await explainOnly(scripted);
    expect(entry).toMatchObject({ status: "acknowledged", target: "zone", targetNow: "Zone" });
    expect(entry.sentence).toContain('the directory now calls the location "Zone" there');
    await until(sync.stop());
  });
});

describe("a permit whose location got another name at the vendor", () => {
  it("is acknowledged under the new name, and under the old one for as long as its cancellation is refused", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, locations, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    vendor().answer = ([change]) => (change?.kind === "cancel" ? refused() : undefined);
    const [lot] = locations.get("c") ?? [];
    if (lot === undefined) throw new Error("There is no lot.");
    locations.set("c", [{ ...lot, providers: { alpha: { enabled: true, target: "Zone" } } }]);
    await until(sync.refresh());
    await until(sync.idle());
    const both = await until(sync.explain("P1"));
    expect(both.entries).toMatchObject([
      { status: "acknowledged", target: "Zone" },
      { status: "acknowledged", target: "zone", change: { operation: "cancel", code: "rejected" } },
    ]);
    expect(both.entries[0]).not.toHaveProperty("change");
    vendor().answer = () => undefined;
    await until(sync.retry((both.entries[1] as { change: { failureKey: string } }).change.failureKey));
    await until(sync.idle());
    expect((await explainOnly(scripted)).entry).toMatchObject({ status: "acknowledged", target: "Zone" });
    await until(sync.stop());
  });
});

describe("a permit on its way", () => {
  it("waits to be decided while sync does not run", async () => {
    const scripted = scriptedSync();
    await scripted.until(scripted.sync.issue(permit("P1")));
    expect((await explainOnly(scripted)).entry).toMatchObject({
      status: "on_its_way",
      operation: "register",
      decidedAt: null,
      target: "zone",
    });
  });

  it("has the vendor's last words, the attempts, the next try, and since when the vendor is down", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, pass, until, now } = scripted;
    vendor().answer = away;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await pass(100);
    const { entry } = await explainOnly(scripted);
    expect(entry).toMatchObject({
      status: "on_its_way",
      operation: "register",
      decidedAt: new Date(START),
      trouble: { code: "unavailable", status: 503, message: "The vendor does not answer." },
    });
    expect((entry as { attempts: number }).attempts).toBeGreaterThanOrEqual(1);
    await pass(60_000);
    const later = (await explainOnly(scripted)).entry;
    const { breakerOpenSince } =
      (await sync.status()).providers.map(({ breaker }) => ({
        breakerOpenSince: breaker.downSince,
      }))[0] ?? {};
    expect(breakerOpenSince).toBeInstanceOf(Date);
    expect(later).toMatchObject({ status: "on_its_way", breakerOpenSince });
    const { nextTryAt } = later as { nextTryAt: Date | null };
    if (nextTryAt !== null) expect(nextTryAt.getTime()).toBeGreaterThan(now());
    expect(later.sentence).toContain("the vendor has been down since");
    vendor().answer = () => undefined;
    await until(sync.idle());
    expect((await explainOnly(scripted)).entry.status).toBe("acknowledged");
    await until(sync.stop());
  });

  it("is a cancellation until the vendor confirms it, and withdrawn afterwards", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, pass, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    vendor().answer = away;
    await until(sync.revoke("P1"));
    await pass(1_000);
    const during = await explainOnly(scripted);
    expect(during.about.state).toBe("revoked");
    expect(during.entry).toMatchObject({ status: "on_its_way", operation: "cancel" });
    vendor().answer = () => undefined;
    await until(sync.idle());
    const { entry } = await explainOnly(scripted);
    expect(entry).toMatchObject({ status: "withdrawn", reason: "revoked", target: "zone" });
    expect(entry.sentence).toContain("as the vendor confirmed, because the permit was revoked");
    await until(sync.stop());
  });
});

describe("a permit that is not sent", () => {
  it("was refused, with the vendor's words, and then dismissed", async () => {
    const scripted = scriptedSync();
    const { sync, vendor, until } = scripted;
    vendor().answer = () => refused({ status: 422, vendorCode: "NO_ZONE", vendorMessage: "Unknown zone." });
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const { entry } = await explainOnly(scripted);
    expect(entry).toMatchObject({
      status: "not_sent",
      reason: "refused",
      refusal: {
        operation: "register",
        code: "rejected",
        status: 422,
        vendorCode: "NO_ZONE",
        vendorMessage: "Unknown zone.",
        isDismissed: false,
      },
    });
    expect(entry.sentence).toContain('the vendor said "NO_ZONE" "Unknown zone."');
    await until(sync.dismiss((entry as { refusal: { failureKey: string } }).refusal.failureKey));
    await until(sync.idle());
    expect((await explainOnly(scripted)).entry).toMatchObject({
      reason: "dismissed",
      refusal: { isDismissed: true },
    });
    await until(sync.stop());
  });

  it("starts later, and says when it will be sent", async () => {
    const scripted = scriptedSync();
    const { sync, until } = scripted;
    await sync.start();
    const validFrom = new Date(START + 3 * 86_400_000);
    await until(sync.issue(permit("P1", { validFrom, validTo: new Date(START + 9 * 86_400_000) })));
    await until(sync.idle());
    expect((await explainOnly(scripted)).entry).toMatchObject({
      status: "not_sent",
      reason: "starts_later",
      sendAt: new Date(START + 2 * 86_400_000),
    });
    await until(sync.stop());
  });

  it("is over when its end has come", async () => {
    const scripted = scriptedSync();
    const { sync, pass, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1", { validTo: new Date(START + 3_600_000) })));
    await pass(3_700_000);
    expect((await explainOnly(scripted)).entry).toMatchObject({ status: "not_sent", reason: "over" });
    await until(sync.stop());
  });

  it.each([
    [
      "company_off",
      (scripted: ScriptedSync) => scripted.companies.set("c", { id: "c", name: "c", providers: {} }),
    ],
    ["company_unknown", (scripted: ScriptedSync) => scripted.companies.delete("c")],
    ["location_unknown", (scripted: ScriptedSync) => scripted.locations.set("c", [])],
    [
      "location_off",
      ({ locations }: ScriptedSync) =>
        locations.set("c", [{ id: "c-lot", companyId: "c", name: "Lot", providers: {} }]),
    ],
    [
      "no_target",
      ({ locations }: ScriptedSync) =>
        locations.set("c", [
          { id: "c-lot", companyId: "c", name: "Lot", providers: { alpha: { enabled: true } } },
        ]),
    ],
  ] as const)("for a reason in the directory: %s", async (reason, change) => {
    const scripted = scriptedSync();
    const { sync, until } = scripted;
    change(scripted);
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    const explanation = await until(sync.explain("P1"));
    expect(explanation.entries).toMatchObject([{ status: "not_sent", reason }]);
    await until(sync.stop());
  });

  it("is not refreshed when only the directory has changed", async () => {
    const scripted = scriptedSync();
    const { sync, locations, until } = scripted;
    const before = locations.get("c") ?? [];
    locations.set("c", [{ id: "c-lot", companyId: "c", name: "Lot", providers: {} }]);
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    locations.set("c", before);
    expect((await explainOnly(scripted)).entry).toMatchObject({
      status: "not_sent",
      reason: "not_refreshed",
    });
    await until(sync.refresh());
    await until(sync.idle());
    expect((await explainOnly(scripted)).entry.status).toBe("acknowledged");
    await until(sync.stop());
  });

  it("is not refreshed although another right of the permit is due later", async () => {
    const scripted = scriptedSync();
    const { sync, locations, until } = scripted;
    const [lot] = locations.get("c") ?? [];
    if (lot === undefined) throw new Error("There is no lot.");
    const other = { ...lot, id: "c-other", providers: {} };
    locations.set("c", [lot, other]);
    await sync.start();
    // Without an end, so that the right is extended at a later instant.
    await until(sync.issue(permit("P1", { locationIds: ["c-lot", "c-other"], validTo: null })));
    await until(sync.idle());
    locations.set("c", [lot, { ...other, providers: lot.providers }]);
    expect((await until(sync.explain("P1"))).entries).toMatchObject([
      { locationId: "c-lot", status: "acknowledged" },
      { locationId: "c-other", status: "not_sent", reason: "not_refreshed" },
    ]);
    await until(sync.stop());
  });

  it("no longer names a plate that was withdrawn, and the new one is acknowledged", async () => {
    const scripted = scriptedSync();
    const { sync, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    await until(sync.issue(permit("P1", { revision: 2, plates: [parsePlate("NEW 1")] })));
    await until(sync.idle());
    const { entries } = await until(sync.explain("P1"));
    expect(entries.map(({ plate, status }) => [plate.number, status])).toEqual([
      ["NEW1", "acknowledged"],
      ["P1", "withdrawn"],
    ]);
    expect(entries[1]).toMatchObject({ reason: "superseded" });
    const [byPlate, ...others] = await until(sync.explainPlate({ plate: "new-1", companyId: "c" }));
    expect(others).toEqual([]);
    expect(byPlate?.entries.map(({ plate }) => plate.number)).toEqual(["NEW1"]);
    expect(await until(sync.explainPlate({ plate: "P1", companyId: "c" }))).toEqual([]);
    await until(sync.stop());
  });

  it("asked for by one of its plates, names no other", async () => {
    const { sync, until } = scriptedSync();
    await sync.start();
    await until(sync.issue(permit("P1", { plates: [parsePlate("ONE 1"), parsePlate("TWO 2")] })));
    await until(sync.idle());
    const [explanation] = await until(sync.explainPlate({ plate: "one1", companyId: "c" }));
    expect(explanation?.sentences.join()).toContain("ONE1");
    expect(JSON.stringify(explanation)).not.toContain("TWO2");
    await until(sync.stop());
  });

  it("is unknown where it was never recorded", async () => {
    const { sync } = scriptedSync();
    expect(await sync.explain("P9")).toMatchObject({ state: "unknown", entries: [] });
    await expect(sync.explain("")).rejects.toMatchObject({ code: "invalid_input", field: "permitId" });
    await expect(sync.explainPlate({ plate: "-", companyId: "c" })).rejects.toMatchObject({
      code: "invalid_input",
      field: "question.plate",
    });
  });
});

describe("explain", () => {
  it("emits nothing of a directory that fails, because it only reads", async () => {
    const scripted = scriptedSync(["alpha"], {
      directory: { getCompany: () => Promise.reject(new Error("away")), listLocations: () => [] },
    });
    const { sync, until, ledger, types } = scripted;
    await ledger.open();
    await ledger.record([issue({ id: "P1", companyId: "c", validTo: null }, 0, [])]);
    expect((await explainOnly(scripted)).entry).toMatchObject({
      status: "not_judged",
      reason: "directory_failed",
    });
    expect(types()).toEqual([]);
    await until(sync.stop());
  });
});

describe("explainPermit", () => {
  it("judges as far as what it was given", async () => {
    const ledger = memoryLedger();
    const scripted = scriptedSync(["alpha"], { wrap: () => ledger });
    await scripted.until(scripted.sync.issue(permit("P1")));
    await scripted.until(scripted.sync.issue({ ...permit("P2"), companyId: "d", locationIds: ["d-lot"] }));
    const clock = () => new Date(START);
    // Due, so that it is on its way whatever the directory says.
    expect((await explainPermit({ ledger, permitId: "P1", clock })).entries).toMatchObject([
      { status: "on_its_way", providerId: "alpha", target: null },
    ]);
    const directory = memoryDirectory({
      companies: [{ id: "c", name: "c", providers: {} }],
      locations: [{ id: "c-lot", companyId: "c", name: "Lot", providers: {} }],
    });
    const explained = await explainPermit({
      ledger,
      permitId: "P1",
      directory,
      providers: [scripted.vendor().provider, scripted.createVendor("other").provider],
      clock,
    });
    expect(explained.entries).toMatchObject([
      { providerId: "alpha", status: "not_sent", reason: "company_off" },
      { providerId: "other", status: "not_sent", reason: "company_off" },
    ]);
    const failing = { ...directory, getCompany: () => Promise.reject(new Error("away")) };
    const providers = [scripted.createVendor("other").provider];
    const unjudged = await explainPermit({ ledger, permitId: "P1", directory: failing, providers, clock });
    expect(unjudged.entries[1]).toMatchObject({ status: "not_judged", reason: "directory_failed" });
  });

  it.each([
    ["an invalid Date", () => new Date(Number.NaN)],
    ["a number", () => 7 as never],
  ])("refuses a clock that gives %s", async (_, clock) => {
    const explained = explainPermit({ ledger: memoryLedger(), permitId: "P1", clock });
    await expect(explained).rejects.toMatchObject({ code: "invalid_input", field: "options.clock" });
  });

  it.each([
    [{ ledger: memoryLedger(), permitId: "P1", signal: {} }, "options.signal"],
    [{ permitId: "P1" }, "options.ledger"],
    [{ ledger: {}, permitId: "P1" }, "options.ledger.readRecord"],
    [{ ledger: memoryLedger(), permitId: "" }, "options.permitId"],
    [{ ledger: memoryLedger(), permitId: "P1", plate: "X" }, "options"],
    [{ ledger: memoryLedger(), permitId: "P1", directory: {} }, "options.directory.getCompany"],
    [{ ledger: memoryLedger(), permitId: "P1", providers: {} }, "options.providers"],
    [{ ledger: memoryLedger(), permitId: "P1", providers: [null] }, "options.providers[0]"],
    [{ ledger: memoryLedger(), permitId: "x".repeat(1_000_000) }, "options.permitId"],
  ])("refuses malformed options: %o", async (options, field) => {
    await expect(explainPermit(options as never)).rejects.toMatchObject({ code: "invalid_input", field });
  });
});
