import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../src/core/errors.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { memoryLedger } from "../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../src/sync/permit-sync.ts";
import { failureOf } from "../support/registrations.ts";
import { listAll } from "./list-all.ts";
import { permit, type ScriptedSync, START, scriptedSync } from "./scripted-sync.ts";

const DAY_MS = 24 * 60 * 60_000;
const no = new EnforcementError("rejected", "It refuses: no such plate.", {
  ...{ status: 422, vendorCode: "plate_unknown", vendorMessage: "no such plate" },
});

async function keysOf({ sync }: ScriptedSync): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of sync.failures()) keys.push(key);
  return keys;
}

describe("a change from the host", () => {
  it.each([
    ["a permit twice", "issue", permit("P1"), "unchanged"],
    [
      "a permit with only its plate spelt differently",
      "issue",
      permit("P1", { plates: [{ raw: "p-1", number: "P1" }] }),
      "unchanged",
    ],
    ["an older revision", "revise", permit("P1", { revision: 0, validTo: null }), "older"],
    ["a newer revision", "revise", permit("P1", { revision: 2 }), "recorded"],
    ["a revision of a permit that was never issued", "revise", permit("P2"), "recorded"],
  ] as const)("%s: %s", async (_, call, said, status) => {
    const { sync, until } = scriptedSync();
    await until(sync.issue(permit("P1")));
    expect(await until(sync[call](said))).toEqual({ permitId: said.id, status });
  });

  it("is refused when one revision has two different contents, and nothing changes", async () => {
    const { sync, ledger, until } = scriptedSync();
    await until(sync.issue(permit("P1")));
    const failure = await failureOf(() => until(sync.revise(permit("P1", { validTo: null }))));
    expect(failure).toMatchObject({ code: "invalid_input", field: "permit.revision" });
    expect((await ledger.getPermit("P1"))?.permit.validTo).not.toBeNull();
  });

  it("is refused when the permit's id is reserved for extra registrations, which belong to no permit", async () => {
    const { sync, ledger, until } = scriptedSync();
    const id = "extra:0ff57ee7-0000-8000-a000-000000000000";
    for (const call of [
      () => sync.issue({ ...permit("P2"), id }),
      () => sync.revise({ ...permit("P2"), id }),
      () => sync.issueMany([permit("P1"), { ...permit("P2"), id }]),
    ]) {
      const failure = await failureOf(() => until<unknown>(call()));
      expect(failure).toMatchObject({
        code: "invalid_input",
        field: expect.stringMatching(/^permits?(\[1\])?\.id$/),
      });
    }
    expect(await ledger.getPermit("P1")).toBeUndefined();
  });

  it("emits its events also when the permit's id begins like a reserved one", async () => {
    const { sync, events, until } = scriptedSync();
    await until(sync.start());
    await until(sync.issue({ ...permit("A"), id: "extra:1" }));
    await until(sync.idle());
    expect(events).toContainEqual(expect.objectContaining({ type: "acknowledged", permitId: "extra:1" }));
    await until(sync.stop());
  });

  it("is refused when the transaction is a promise, however that settles", async () => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", note);
    const { sync, until } = scriptedSync();
    const options = () => ({ transaction: Promise.reject(new Error("no connection")) as never });
    const calls = [
      () => sync.issue(permit("P1"), options()),
      () => sync.issueMany([permit("P1")], options()),
      () => sync.revise(permit("P1", { revision: -1 }), options()),
      () => sync.revoke("P1", options()),
      () => sync.forget("P1", options()),
    ];
    for (const call of calls) {
      expect(await failureOf(() => until<unknown>(call()))).toMatchObject({ name: "EnforcementError" });
    }
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  it("of many permits is recorded as a whole or not at all, and names the first wrong permit", async () => {
    const { sync, ledger, until } = scriptedSync();
    await until(sync.issue(permit("P3")));
    const conflict = [permit("P1"), permit("P2"), permit("P3", { validTo: null })];
    expect(await failureOf(() => until(sync.issueMany(conflict)))).toMatchObject({
      field: "permits[2].revision",
    });
    const malformed = [permit("P1"), permit("P2", { plates: [] })];
    expect(await failureOf(() => until(sync.issueMany(malformed)))).toMatchObject({
      field: "permits[1].plates",
    });
    expect(await ledger.getPermit("P1")).toBeUndefined();
  });

  it("of a revoked or unknown permit has its own statuses", async () => {
    const { sync, until } = scriptedSync();
    expect((await until(sync.revoke("P1"))).status).toBe("unknown");
    await until(sync.issue(permit("P1")));
    expect((await until(sync.revoke("P1"))).status).toBe("recorded");
    expect((await until(sync.revoke("P1"))).status).toBe("unchanged");
    expect((await until(sync.revise(permit("P1", { revision: 5 })))).status).toBe("revoked");
    expect((await until(sync.issue(permit("P1")))).status).toBe("revoked");
    expect((await until(sync.issue(permit("P1", { revision: 2 })))).status).toBe("recorded");
  });

  it("is visible to lookups over the same ledger, until the permit is revoked", async () => {
    const { sync, until } = scriptedSync([]);
    const query = {
      ...{ companyId: "c", plateNumbers: ["P1"], locationIds: ["c-lot"], at: new Date(START) },
      signal: new AbortController().signal,
    };
    const idsOf = async () => {
      const ids: string[] = [];
      for await (const { id } of (await sync.findPermits(query)) as Iterable<{ id: string }>) ids.push(id);
      return ids;
    };
    expect(await idsOf()).toEqual([]);
    await until(sync.issue(permit("P1")));
    expect(await idsOf()).toEqual(["P1"]);
    await until(sync.revoke("P1"));
    expect(await idsOf()).toEqual([]);
  });

  it("before start() is delivered after it", async () => {
    const { sync, vendor, until, pass } = scriptedSync();
    await until(sync.issue(permit("P1")));
    await pass(60_000);
    expect(vendor().requests).toEqual([]);
    await sync.start();
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P1"]);
    await until(sync.stop());
  });
});

describe("a refusal", () => {
  async function refused() {
    const scripted = scriptedSync();
    const { sync, vendor, until } = scripted;
    vendor().answer = (changes) =>
      changes.some(({ registration }) => registration.plate.number === "B") ? no : undefined;
    await sync.start();
    await until(sync.issue(permit("P1", { plates: [parsePlate("A")] })));
    await until(sync.idle());
    await until(sync.revise(permit("P1", { plates: [parsePlate("B")], revision: 2 })));
    await until(sync.idle());
    return scripted;
  }

  it("is listed with the vendor's words, reported without a plate, and keeps the old plate at the vendor", async () => {
    const scripted = await refused();
    const { sync, vendor, events, until } = scripted;
    const failures = [];
    for await (const failure of sync.failures({ providerId: "alpha" })) failures.push(failure);
    expect(failures).toMatchObject([
      {
        ...{ providerId: "alpha", companyId: "c", permitId: "P1", locationId: "c-lot", target: "zone" },
        ...{ operation: "register", code: "rejected", status: 422, vendorCode: "plate_unknown" },
        ...{ vendorMessage: "no such plate", failedAt: expect.any(Date) },
      },
    ]);
    expect(events.at(-1)).toMatchObject({ type: "refused", key: failures[0]?.key, operation: "register" });
    expect(vendor().requests).toEqual(["register A", "register B"]);
    expect((await sync.status()).providers).toMatchObject([{ failed: 1, pending: 0 }]);
    await until(sync.stop());
  });

  it("of an extension of an open-ended right is sent again at once by retry()", async () => {
    const scripted = scriptedSync();
    const { sync, ledger, vendor, pass, until, now } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1", { validTo: null })));
    await until(sync.idle());
    vendor().answer = () => no;
    await pass(21 * DAY_MS);
    expect(vendor().requests).toEqual(["register P1", "amend P1"]);
    vendor().answer = () => undefined;
    const [key = ""] = await keysOf(scripted);
    expect(await until(sync.retry(key))).toEqual({ key, status: "done" });
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P1", "amend P1", "amend P1"]);
    const [kept] = await listAll(ledger.listAt("alpha", "zone"));
    const [right] = kept?.delivery.rights ?? [];
    expect(Date.parse(right?.receipt?.coveredUntil ?? "") - now()).toBeGreaterThan(29 * DAY_MS);
    expect(right).not.toHaveProperty("mayLastUntil");
    await until(sync.stop());
  });

  it("is sent again by retry(), and the old plate is cancelled once it is accepted", async () => {
    const scripted = await refused();
    const { sync, vendor, until } = scripted;
    vendor().answer = () => undefined;
    const [key = ""] = await keysOf(scripted);
    expect(await until(sync.retry(key))).toEqual({ key, status: "done" });
    await until(sync.idle());
    expect(vendor().requests.slice(2)).toEqual(["register B", "cancel A"]);
    expect(await keysOf(scripted)).toEqual([]);
    expect(await until(sync.retry(key))).toEqual({ key, status: "gone" });
    await until(sync.stop());
  });

  it("is left as it is by dismiss(), until the permit changes", async () => {
    const scripted = await refused();
    const { sync, vendor, until } = scripted;
    const [key = ""] = await keysOf(scripted);
    expect(await until(sync.dismiss(key))).toEqual({ key, status: "done" });
    await until(sync.idle());
    expect(vendor().requests.slice(2)).toEqual(["cancel A"]);
    expect(await keysOf(scripted)).toEqual([]);
    await until(sync.revise(permit("P1", { plates: [parsePlate("B")], revision: 3, validTo: null })));
    await until(sync.idle());
    expect(vendor().requests.slice(3)).toEqual(["register B"]);
    await until(sync.stop());
  });

  it("cannot be retried or dismissed under a key that does not exist", async () => {
    const { sync } = scriptedSync();
    expect(await failureOf(() => sync.retry("nonsense"))).toMatchObject({
      code: "invalid_input",
      field: "key",
    });
  });
});

describe("changes of the directory", () => {
  it("move, withdraw and restore registrations, after refresh()", async () => {
    const { sync, vendor, locations, until } = scriptedSync();
    const point = (entry: { enabled: boolean; target?: string }) =>
      locations.set("c", [{ id: "c-lot", companyId: "c", name: "Lot", providers: { alpha: entry } }]);
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    for (const entry of [
      { enabled: true, target: "other" },
      { enabled: false },
      { enabled: true, target: "other" },
    ]) {
      point(entry);
      await until(sync.refresh({ companyId: "c" }));
      await until(sync.idle());
    }
    expect(vendor().requests).toEqual([
      ...["register P1", "register P1", "cancel P1", "cancel P1", "register P1"],
    ]);
    expect(vendor().live.size).toBe(1);
    await until(sync.stop());
  });

  it("that leave a location without a target are reported and counted", async () => {
    const { sync, vendor, locations, events, until } = scriptedSync();
    locations.set("c", [
      { id: "c-lot", companyId: "c", name: "Lot", providers: { alpha: { enabled: true } } },
    ]);
    await sync.start();
    await until(sync.issue(permit("P1", { locationIds: ["c-lot", "nowhere"] })));
    await until(sync.idle());
    expect(events).toMatchObject([{ type: "unmapped", permitId: "P1", locationIds: ["c-lot", "nowhere"] }]);
    expect((await sync.status()).providers).toMatchObject([{ unmapped: 1 }]);
    expect(vendor().requests).toEqual([]);
    await until(sync.stop());
    await until(sync.revoke("P1"));
    expect((await sync.status()).providers).toMatchObject([{ unmapped: 0 }]);
    await until(sync.stop());
  });
});

describe("providers that are added and removed", () => {
  it("get the current permits when they are added, and keep theirs when they are removed", async () => {
    const { sync, createVendor, until } = scriptedSync();
    await sync.start();
    await until(sync.issue(permit("P1")));
    const beta = createVendor("beta");
    await until(sync.addProvider(beta.provider));
    await until(sync.idle());
    expect(beta.live.size).toBe(1);
    await until(sync.removeProvider("beta"));
    await until(sync.revoke("P1"));
    await until(sync.idle());
    expect(beta.live.size).toBe(1);
    await until(sync.addProvider(beta.provider));
    await until(sync.idle());
    expect(beta.live.size).toBe(0);
    expect(await failureOf(() => sync.addProvider(beta.provider))).toMatchObject({ field: "provider.id" });
    expect(await failureOf(() => sync.removeProvider("gamma"))).toMatchObject({ field: "providerId" });
    await until(sync.stop());
  });
});

describe("personal data", () => {
  it("is erased after forget(), once no vendor has any of it", async () => {
    const { sync, vendor, ledger, types, until, pass } = scriptedSync();
    await sync.start();
    await until(sync.issue(permit("P1")));
    await until(sync.idle());
    await until(sync.forget("P1"));
    await until(sync.idle());
    await pass(5_000);
    expect(vendor().live.size).toBe(0);
    expect(await ledger.getPermit("P1")).toBeUndefined();
    expect(types().at(-1)).toBe("erased");
    expect((await until(sync.revise(permit("P1", { revision: 9 })))).status).toBe("revoked");
    await until(sync.stop());
  });

  it("is erased when a permit ended longer ago than the retention time", async () => {
    const { sync, ledger, until, pass } = scriptedSync([], { retentionMs: 24 * 60 * 60_000 });
    await until(sync.issue(permit("P1", { validTo: new Date(START + 60_000) })));
    await sync.start();
    await pass(24 * 60 * 60_000);
    expect(await ledger.getPermit("P1")).toBeDefined();
    await pass(2 * 60 * 60_000);
    expect(await ledger.getPermit("P1")).toBeUndefined();
    await until(sync.stop());
  });
});

describe("idle()", () => {
  it("ends when its signal aborts while a vendor is down", async () => {
    const { sync, vendor, until, pass } = scriptedSync();
    vendor().answer = () => new EnforcementError("unavailable", "It is down.");
    await sync.start();
    await until(sync.issue(permit("P1")));
    const controller = new AbortController();
    const waiting = failureOf(() => sync.idle({ signal: controller.signal }));
    await pass(60 * 60_000);
    controller.abort();
    expect(await waiting).toMatchObject({ code: "aborted", operation: "idle" });
    await until(sync.stop());
  });
});

describe("options", () => {
  const good = {
    ...{
      providers: [],
      ledger: memoryLedger(),
      directory: { getCompany: () => undefined, listLocations: () => [] },
    },
  };
  it.each([
    ["an unknown key", { leadTime: 5 }, "options"],
    ["no ledger", { ledger: undefined }, "ledger"],
    [
      "a directory that lacks a method",
      { directory: { getCompany: () => undefined } },
      "directory.listLocations",
    ],
    ["a lead time below 0", { leadTimeMs: -1 }, "leadTimeMs"],
    ["a concurrency of 0", { concurrency: 0 }, "concurrency"],
    ["no request at all", { maxConcurrency: 0 }, "maxConcurrency"],
    ["too many requests of all providers", { maxConcurrency: 10_001 }, "maxConcurrency"],
    ["a provider that is not one", { providers: [{ id: "x" }] }, "providers[0].delivery"],
  ])("are refused, and named: %s", async (_, options, field) => {
    const failure = await failureOf(() => createPermitSync({ ...good, ...options } as never));
    expect(failure).toMatchObject({ code: "invalid_config", field });
    expect(failure.message).toContain("createPermitSync");
  });
});
