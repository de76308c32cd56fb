import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import type { RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { failureOf } from "../../support/registrations.ts";
import { listAll } from "../list-all.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";
import { keysOf, ONE_EACH, refuseAll } from "./refused-permits.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const refusedPlates = (count: number) => Array.from({ length: count }, (_, index) => `R${index}`);

/** A ledger that calls `before` at each call of these methods. */
function watched(ledger: Ledger, before: (method: "claimOne" | "save") => void | Promise<void>): Ledger {
  return {
    ...ledger,
    findPermits: ledger.findPermits,
    async claimOne(...args) {
      await before("claimOne");
      return ledger.claimOne(...args);
    },
    async save(updates) {
      await before("save");
      return ledger.save(updates);
    },
  };
}

async function rightsOf(ledger: Ledger): Promise<RegistrationState[]> {
  return (await listAll(ledger.listAt("alpha", "zone"))).flatMap(({ delivery }) => delivery.rights);
}

describe("retry of many failures", () => {
  it("changes some together, under few claims at a time, and sends each once although the vendor refuses it again", async () => {
    const calls = { claimOne: 0, save: 0 };
    let isCounting = false;
    const scripted = scriptedSync(["alpha"], {
      batchSize: 100,
      wrap: (ledger) =>
        watched(ledger, (method) => {
          if (isCounting) calls[method] += 1;
        }),
    });
    const { sync, vendor, until } = scripted;
    expect(await refuseAll(scripted, refusedPlates(3_000))).toHaveLength(3_000);
    await until(sync.stop());
    isCounting = true;
    // In slices: it needs turns of the event loop, and no time.
    const report = await sync.retry({ providerId: "alpha" });
    isCounting = false;
    expect(report).toMatchObject({ matched: 3_000, done: 3_000, gone: 0, conflicts: 0 });
    expect(report.items).toHaveLength(1_000);
    expect(calls).toEqual({ claimOne: 3_000, save: 150 });
    const before = vendor().requests.length;
    await sync.start();
    await until(sync.idle());
    expect(vendor().requests.slice(before).join("+").split("+")).toHaveLength(3_000);
    expect(await keysOf(scripted)).toHaveLength(3_000);
    await until(sync.stop());
  });

  it("ends while deliveries go on, although the vendor refuses everything again meanwhile", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, vendor, until } = scripted;
    vendor().latencyMs = 1;
    await refuseAll(scripted, refusedPlates(200));
    const report = await until(sync.retry({ code: "rejected" }));
    expect(report).toMatchObject({ matched: 200, done: 200 });
    await until(sync.idle());
    expect(vendor().requests).toHaveLength(400);
    await until(sync.stop());
  });

  it("changes the refusals of one permit together", async () => {
    const claims: string[] = [];
    const scripted = scriptedSync(["alpha"], {
      ...ONE_EACH,
      wrap: (ledger) => watched(ledger, (method) => void claims.push(method)),
    });
    const { sync, vendor, until } = scripted;
    vendor().answer = () => new EnforcementError("rejected", "It refuses.");
    await sync.start();
    const plates = ["R1", "R2", "R3"].map((number) => ({ raw: number, number }));
    await until(sync.issue(permit("P1", { plates })));
    await until(sync.idle());
    await until(sync.stop());
    claims.length = 0;
    expect(await until(sync.retry({ all: true }))).toMatchObject({ matched: 3, done: 3 });
    expect(claims).toEqual(["claimOne", "save"]);
  });

  it("selects what was refused before the clock was set back, also while the vendor refuses it again", async () => {
    const scripted = scriptedSync(["alpha"], { ...ONE_EACH, aheadMs: 60 * MINUTE_MS });
    const { sync, vendor, jump, until } = scripted;
    await refuseAll(scripted, refusedPlates(60));
    jump(-60 * MINUTE_MS);
    const dry = await until(sync.retry({ all: true }, { dryRun: true }));
    expect(dry.matched).toBe(60);
    expect(await until(sync.retry({ all: true }))).toMatchObject({ matched: 60, done: 60 });
    await until(sync.idle());
    expect(vendor().requests).toHaveLength(120);
    await until(sync.stop());
  });

  it("before start(): the next start sends it", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, vendor, until } = scripted;
    await refuseAll(scripted, ["R1", "R2"]);
    await until(sync.stop());
    vendor().answer = () => undefined;
    expect(await until(sync.retry({ all: true }))).toMatchObject({ done: 2 });
    expect(vendor().requests).toHaveLength(2);
    await sync.start();
    await until(sync.idle());
    expect(vendor().live.size).toBe(2);
    await until(sync.stop());
  });

  it("leaves the failures of other codes, which dismiss() then gives up", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, vendor, until } = scripted;
    await refuseAll(scripted, ["R1", "I1", "U1"]);
    vendor().answer = () => undefined;
    const retried = await until(sync.retry({ code: "rejected" }));
    expect(retried.items).toEqual([{ key: expect.stringMatching(/^alpha\/R1\//), status: "done" }]);
    await until(sync.idle());
    expect(await keysOf(scripted)).toHaveLength(2);
    expect(await until(sync.dismiss({ companyId: "c" }))).toMatchObject({ matched: 2, done: 2 });
    expect(await keysOf(scripted)).toEqual([]);
    expect((await sync.status()).providers).toMatchObject([{ failed: 0 }]);
    await until(sync.stop());
  });

  it("twice at once changes each failure once", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, vendor, until } = scripted;
    const failures = await refuseAll(scripted, refusedPlates(50));
    await until(sync.stop());
    const reports = await until(Promise.all([sync.retry({ all: true }), sync.retry({ all: true })]));
    const done = reports.flatMap(({ items }) => items).filter(({ status }) => status === "done");
    expect(done.map(({ key }) => key).sort()).toEqual(failures.map(({ key }) => key).sort());
    for (const { matched, done: changed, gone, conflicts } of reports)
      expect(changed + gone + conflicts).toBe(matched);
    vendor().answer = () => undefined;
    await sync.start();
    await until(sync.idle());
    expect(vendor().requests).toHaveLength(100);
    await until(sync.stop());
  });

  it("rejects when the ledger fails on the way; the same call again changes the rest", async () => {
    let saves = Number.POSITIVE_INFINITY;
    const scripted = scriptedSync(["alpha"], {
      batchSize: 100,
      wrap: (ledger) =>
        watched(ledger, (method) => {
          if (method !== "save") return;
          saves -= 1;
          if (saves < 0) throw new EnforcementError("unavailable", "The disk is full.");
        }),
    });
    const { sync, pass, until } = scripted;
    await refuseAll(scripted, refusedPlates(100));
    await until(sync.stop());
    saves = 2;
    expect(await failureOf(() => until(sync.retry({ all: true })))).toMatchObject({ code: "unavailable" });
    expect(await keysOf(scripted)).toHaveLength(60);
    saves = Number.POSITIVE_INFINITY;
    // What was claimed when the ledger failed stays claimed for a minute.
    expect(await until(sync.retry({ all: true }))).toMatchObject({ matched: 60, done: 60 });
    await pass(MINUTE_MS);
    expect(await keysOf(scripted)).toEqual([]);
  });

  it("releases what it has claimed when one claim fails", async () => {
    let claims = Number.POSITIVE_INFINITY;
    const scripted = scriptedSync(["alpha"], {
      ...ONE_EACH,
      wrap: (ledger) =>
        watched(ledger, (method) => {
          if (method !== "claimOne") return;
          claims -= 1;
          if (claims === 0) throw new EnforcementError("unavailable", "The connection is gone.");
        }),
    });
    const { sync, now, until } = scripted;
    await refuseAll(scripted, refusedPlates(5));
    await until(sync.stop());
    claims = 3;
    expect(await failureOf(() => until(sync.dismiss({ all: true })))).toMatchObject({ code: "unavailable" });
    const before = now();
    expect(await until(sync.dismiss({ all: true }))).toMatchObject({ matched: 2, done: 2 });
    expect(now()).toBe(before);
  });

  it("lists the first thousand of each status, and counts the others", async () => {
    const scripted = scriptedSync(["alpha"], { batchSize: 100 });
    const { sync, until } = scripted;
    await refuseAll(scripted, refusedPlates(1_050));
    await until(sync.stop());
    const dry = await sync.dismiss({ all: true }, { dryRun: true });
    expect(dry.matched).toBe(1_050);
    expect(dry.items).toHaveLength(1_000);
    expect(await keysOf(scripted)).toHaveLength(1_050);
  });
});

describe("a conflict", () => {
  it("is reported when another operation of the registration is under way, which stays as it is", async () => {
    const scripted = scriptedSync();
    const { sync, ledger, vendor, pass, until } = scripted;
    await sync.start();
    await until(sync.issue(permit("P1", { validTo: null })));
    await until(sync.idle());
    vendor().answer = () => new EnforcementError("rejected", "It refuses.");
    await pass(21 * DAY_MS);
    const [key = ""] = await keysOf(scripted);
    vendor().answer = () => new EnforcementError("unavailable", "It is down.");
    await until(sync.revise(permit("P1", { revision: 2, validTo: "2027-01-31T00:00:00Z" })));
    await pass(MINUTE_MS);
    await until(sync.stop());
    const before = await rightsOf(ledger);
    expect(before).toMatchObject([{ failure: null, intent: { operation: "amend" } }]);
    for (const call of ["retry", "dismiss"] as const) {
      expect(await until(sync[call](key))).toEqual({ key, status: "conflict" });
      expect(await rightsOf(ledger)).toEqual(before);
    }
  });

  it("is reported when the permit is being worked on for more than two minutes, and delays no other failure", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, ledger, now, until } = scripted;
    const failures = await refuseAll(scripted, refusedPlates(30));
    await until(sync.stop());
    const start = now();
    const [{ key = "", permitId = "", providerId = "" } = {}] = failures;
    const lease = { now: new Date(start), leaseMs: 60 * MINUTE_MS };
    expect(await ledger.claimOne({ providerId, permitId }, lease)).toBeDefined();
    const retrying = sync.retry({ all: true });
    await scripted.pass(1_000);
    expect(await keysOf(scripted)).toEqual([key]);
    expect(await until(retrying)).toMatchObject({ matched: 30, done: 29, gone: 0, conflicts: 1 });
    expect((await retrying).items.filter(({ status }) => status === "conflict")).toEqual([
      { key, status: "conflict" },
    ]);
    expect(now() - start).toBeGreaterThan(MINUTE_MS);
    expect(now() - start).toBeLessThan(3 * MINUTE_MS);
    expect(await until(sync.retry(key))).toEqual({ key, status: "conflict" });
    expect(await keysOf(scripted)).toEqual([key]);
  });

  it("is none when the other work ends in time", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, ledger, now, until } = scripted;
    const [{ permitId = "", providerId = "" } = {}] = await refuseAll(scripted, refusedPlates(3));
    await until(sync.stop());
    await ledger.claimOne({ providerId, permitId }, { now: new Date(now()), leaseMs: 20_000 });
    expect(await until(sync.retry({ all: true }))).toMatchObject({ matched: 3, done: 3, conflicts: 0 });
  });

  it("is reported when the operation was refused again after it was selected, with another code or later", async () => {
    for (const change of ["code", "instant"]) {
      let meanwhile = async (): Promise<void> => {};
      const scripted = scriptedSync(["alpha"], {
        ...ONE_EACH,
        wrap: (ledger) => ({
          ...ledger,
          findPermits: ledger.findPermits,
          async *listFailures(providerId) {
            const failures = await listAll(ledger.listFailures(providerId));
            await meanwhile();
            yield* failures;
          },
        }),
      });
      const { sync, ledger, now, until } = scripted;
      const [{ permitId = "", providerId = "", key = "" } = {}] = await refuseAll(scripted, ["R1", "R2"]);
      await until(sync.stop());
      meanwhile = async () => {
        const failedAt = new Date(now() + 500).toISOString();
        const changed = change === "code" ? { code: "unsupported" } : { failedAt };
        const id = { providerId, permitId };
        const claimed = await ledger.claimOne(id, { now: new Date(now()), leaseMs: MINUTE_MS });
        if (claimed === undefined) throw new Error("The delivery is claimed.");
        const rights = claimed.delivery.rights.map((right) => ({
          ...right,
          failure: right.failure === null ? null : { ...right.failure, ...changed },
        }));
        const delivery = { ...claimed.delivery, rights };
        await ledger.save([
          { ...id, delivery, version: claimed.version, release: { dueAt: null, settled: true } },
        ]);
      };
      const report = await until(sync.dismiss({ code: "rejected" }));
      expect(report).toMatchObject({ matched: 2, done: 1, conflicts: 1 });
      expect(report.items).toContainEqual({ key, status: "conflict" });
      meanwhile = async () => {};
      expect(await keysOf(scripted)).toEqual([key]);
    }
  });

  it("is none when the refusal is gone: it was carried out, dismissed, or its permit was erased", async () => {
    const scripted = scriptedSync(["alpha"], ONE_EACH);
    const { sync, vendor, until, pass } = scripted;
    const [one, two, three] = (await refuseAll(scripted, ["R1", "R2", "R3"])).map(({ key }) => key);
    vendor().answer = () => undefined;
    expect(await until(sync.retry(one ?? ""))).toEqual({ key: one, status: "done" });
    expect(await until(sync.dismiss(two ?? ""))).toEqual({ key: two, status: "done" });
    await until(sync.forget("R3"));
    await until(sync.idle());
    await pass(MINUTE_MS);
    for (const key of [one, two, three]) {
      expect(await until(sync.retry(key ?? ""))).toEqual({ key, status: "gone" });
      expect(await until(sync.dismiss(key ?? ""))).toEqual({ key, status: "gone" });
    }
    await until(sync.stop());
  });
});
