import { describe, expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import { EnforcementError } from "../../../src/core/errors.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { PushProvider, ZoneList } from "../../../src/core/provider.ts";
import { explainPermit } from "../../../src/sync/explain/explain-permit.ts";
import type { PermitExplanationEntry } from "../../../src/sync/explain/explanation.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { permit, START, setUp, ZONES } from "../reconcile/reconcile-bench.ts";

/** Durable sync before a Passport sandbox, with one location of the given target, name and region. */
async function deliver(
  location: { target?: string; name?: string; region?: string },
  changes: Parameters<typeof permit>[1] = {},
) {
  const { provider, passport, clock, sandbox } = setUp();
  const ledger = memoryLedger();
  const directory = memoryDirectory({
    companies: [{ id: "university", name: "University", providers: { passport: { enabled: true } } }],
    locations: [
      {
        id: "lot-1",
        companyId: "university",
        name: location.name ?? "Lot 1",
        ...(location.region === undefined ? {} : { region: location.region }),
        providers: {
          passport: { enabled: true, ...(location.target === undefined ? {} : { target: location.target }) },
        },
      },
    ],
  });
  const sync = createPermitSync({ providers: [provider], ledger, directory, clock });
  await sync.start();
  await sync.issue(permit(1, { locationIds: ["lot-1"], ...changes }));
  await sync.idle();
  const [entry] = (await sync.explain("P-1")).entries;
  if (entry === undefined) throw new Error("There is no entry.");
  await sync.stop();
  return { entry, ledger, directory, provider, passport, clock, sandbox };
}

const without = (provider: PushProvider, changes: Partial<PushProvider>): PushProvider => ({
  ...provider,
  ...changes,
});

describe("a target that the vendor does not have", () => {
  it("is the reason, with the character that differs from what the vendor has", async () => {
    const { entry } = await deliver({ target: "Lot  1", region: "NB" });
    expect(entry).toMatchObject({
      status: "not_sent",
      reason: "target_unknown",
      refusal: { code: "invalid_input", field: "target" },
      targetCheck: {
        status: "not_in_list",
        issue: { code: "name_differs", difference: { kind: "doubled_space", position: 4 } },
      },
    });
    expect(entry.sentence).toContain("because the vendor has no location of this name");
    expect(entry.remedy).toContain(
      "write the vendor's name for the location in the directory exactly as the vendor does",
    );
    expect(entry.sentence).toContain('Target "Lot [U+0020]1" is no zone; "Lot 1" differs only in');
  });

  it("is the reason where nothing is like it, and where the provider is not at hand", async () => {
    const { entry, ledger, clock } = await deliver({ target: "The yard", region: "NB" });
    expect(entry).toMatchObject({
      reason: "target_unknown",
      targetCheck: { status: "not_in_list", issue: { code: "target_unknown" } },
    });
    const alone = (await explainPermit({ ledger, clock, permitId: "P-1" })).entries[0];
    expect(alone).toMatchObject({
      reason: "target_unknown",
      targetCheck: { status: "not_judged", reason: "no_provider" },
    });
  });

  it("is no reason for an id that the list has", async () => {
    const { entry } = await deliver({ target: ZONES[0]?.id ?? "", region: "NB" });
    expect(entry.status).toBe("acknowledged");
    expect(entry).not.toHaveProperty("targetCheck");
  });
});

describe("a target that the vendor acknowledged by its zone's id", () => {
  it.each([["Lot 1"], ["101"]])(
    "is shown as the directory writes it, and as no other name: %s",
    async (target) => {
      const { entry } = await deliver({ target, region: "NB" });
      expect(entry).toMatchObject({ status: "acknowledged", target });
      expect(entry).not.toHaveProperty("targetNow");
      expect(entry.remedy).toMatch(/^Nothing is to be done/);
    },
  );
});

describe("a location without a target", () => {
  it("is shown with the vendor's names that are closest to its own", async () => {
    const { entry } = await deliver({ name: "lot 1", region: "NB" });
    expect(entry).toMatchObject({
      status: "not_sent",
      reason: "no_target",
      targetCheck: {
        status: "candidates",
        candidates: expect.arrayContaining([
          { name: "Lot 1", difference: expect.objectContaining({ kind: "case", position: 0 }) },
        ]),
      },
    });
    expect(entry.sentence).toContain('the vendor has "Lot 1", which differs only in case at position 0');
    const equal = await deliver({ name: "Lot 2", region: "NB" });
    expect(equal.entry.sentence).toContain('the vendor has a location "Lot 2", probably this one');
    const far = await deliver({ name: "Medical centre", region: "NB" });
    expect(far.entry).toMatchObject({ targetCheck: { status: "candidates", candidates: [] } });
  });
});

describe("a plate without a region", () => {
  it("is a reason of its own where the vendor needs one, until the location or the permit gives one", async () => {
    const { entry } = await deliver({ target: "Lot 1" }, { plates: [parsePlate("AB 0001")] });
    expect(entry).toMatchObject({
      status: "not_sent",
      reason: "plate_without_region",
      plate: { number: "AB0001" },
      refusal: { code: "invalid_input", field: "plate.region" },
      targetCheck: { status: "in_list", vendorTarget: ZONES[0]?.id },
    });
    expect(entry.sentence).toContain(
      "because the plate has no region (province or state), which passport needs",
    );
    const given = await deliver({ target: "Lot 1", region: "NB" }, { plates: [parsePlate("AB 0001")] });
    expect(given.entry.status).toBe("acknowledged");
  });
});

describe("the vendor's list", () => {
  const ask = async (changes: (provider: PushProvider) => Partial<PushProvider>) => {
    const { ledger, directory, provider, clock } = await deliver({ target: "The yard", region: "NB" });
    const changed = without(provider, changes(provider));
    const { entries } = await explainPermit({
      ledger,
      directory,
      providers: [changed],
      clock,
      permitId: "P-1",
    });
    return entries[0] as PermitExplanationEntry;
  };

  it("is asked for once in an explanation, and not at all when everything is acknowledged", async () => {
    const { ledger, directory, provider, clock } = await deliver(
      { target: "The yard", region: "NB" },
      { plates: ["AB 1", "AB 2", "AB 3"].map((plate) => parsePlate(plate, { region: "NB" })) },
    );
    let asked = 0;
    const counted = without(provider, {
      listZones: (options) => {
        asked += 1;
        return provider.listZones?.(options) as Promise<ZoneList>;
      },
    });
    const { entries } = await explainPermit({
      ledger,
      directory,
      providers: [counted],
      clock,
      permitId: "P-1",
    });
    expect(entries).toHaveLength(3);
    expect(asked).toBe(1);
  });

  it("is not judged where the vendor has none, does not give it, or gives a broken or incomplete one", async () => {
    const none = await ask((provider) => ({ capabilities: { ...provider.capabilities, listZones: false } }));
    expect(none.targetCheck).toEqual({ status: "not_judged", reason: "no_list" });
    expect(none.sentence).toContain("the vendor has no list to compare its name for the location with");
    const failing = await ask(() => ({
      listZones: () => Promise.reject(new EnforcementError("unavailable", "Away.")),
    }));
    expect(failing.targetCheck).toEqual({ status: "not_judged", reason: "list_failed" });
    const broken = await ask(() => ({ listZones: async () => ({ zones: 7 }) as never }));
    expect(broken.targetCheck).toMatchObject({ status: "not_judged" });
    const incomplete = await ask(() => ({
      listZones: async () => ({ zones: [], complete: false, fetchedAt: START }),
    }));
    expect(incomplete.targetCheck).toEqual({ status: "not_judged", reason: "list_incomplete" });
    // The refusal itself says so, whatever the list.
    for (const entry of [none, failing, broken, incomplete])
      expect(entry).toMatchObject({ reason: "target_unknown" });
  });

  it("is not asked for when the vendor is down, by what the ledger was told", async () => {
    const { ledger, directory, provider, clock } = await deliver({ target: "The yard", region: "NB" });
    await ledger.noteOutage({ providerId: "passport", at: clock(), code: "unavailable" });
    const listZones = () => Promise.reject(new Error("It was asked."));
    const providers = [without(provider, { listZones })];
    const { entries } = await explainPermit({ ledger, directory, providers, clock, permitId: "P-1" });
    expect(entries[0]?.targetCheck).toEqual({ status: "not_judged", reason: "vendor_down" });
  });

  it("ends with the caller's signal, also where the provider ignores it", async () => {
    const { ledger, directory, provider, clock } = await deliver({ target: "The yard", region: "NB" });
    const providers = [without(provider, { listZones: () => new Promise(() => {}) })];
    const ended = new AbortController();
    const explained = explainPermit({
      ledger,
      directory,
      providers,
      clock,
      permitId: "P-1",
      signal: ended.signal,
    });
    setTimeout(() => ended.abort(), 20);
    await expect(explained).rejects.toMatchObject({ code: "aborted" });
    const again = explainPermit({ ledger, clock, permitId: "P-1", signal: ended.signal });
    await expect(again).rejects.toMatchObject({ code: "aborted" });
  });
});
