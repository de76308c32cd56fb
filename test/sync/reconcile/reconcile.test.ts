import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { memoryEvidence } from "../../../src/setup/evidence/evidence.ts";
import { runTestPlate } from "../../../src/setup/test-plate/run-test-plate.ts";
import type { ReconcileProgress } from "../../../src/sync/reconcile/drift.ts";
import { failureOf } from "../../support/registrations.ts";
import { listAll } from "../list-all.ts";
import { HOUR_MS, permit, START, setUp, ZONES } from "./reconcile-bench.ts";

type Bench = ReturnType<typeof setUp>;

async function deliver({ sync }: Bench, ...permits: Parameters<Bench["sync"]["issueMany"]>[0][number][]) {
  await sync.start();
  await sync.issueMany(permits);
  await sync.idle();
}

const sessionOf = ({ passport }: Bench, plate: string) =>
  [...passport.sessions.values()].find((session) => session.plate === plate && session.status === "active")
    ?.sessionId ?? "none";

const validTo = (day: number) => new Date(START.getTime() + (240 + day * 24) * HOUR_MS);

const NONE = { missing: 0, other_end: 0, extra: 0 };

describe("reconcile", () => {
  it("finds no drift where every right is as acknowledged, at every target and under every name", async () => {
    const bench = setUp();
    await deliver(
      bench,
      permit(1),
      permit(2, { locationIds: ["lot-2"] }),
      permit(3, { locationIds: ["lot-3"] }),
    );
    bench.passport.addForeignSession({
      ...{ zoneId: ZONES[0]?.id ?? "", plate: "METER1", state: "NB" },
      ...{ startTime: START, endTime: new Date(START.getTime() + HOUR_MS) },
    });
    const before = bench.passport.events.length;

    const report = await bench.sync.reconcile("passport");

    expect(report).toMatchObject({
      ...{ providerId: "passport", targets: 3, listed: 4, foreign: 1, compared: 3, inFlight: 0 },
      ...{ drift: NONE, repaired: NONE, findings: [], incompleteTargets: [], failedTargets: [] },
    });
    expect(bench.passport.events).toHaveLength(before);
    await bench.sync.stop();
  });

  it("registers a right that the vendor lost again, under the same reference", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    const seen = bench.seen();
    const lost = sessionOf(bench, "AB0001");
    bench.lose(lost);

    const report = await bench.sync.reconcile("passport");
    await bench.sync.idle();

    expect(report.drift).toEqual({ ...NONE, missing: 1 });
    expect(report.repaired).toEqual({ ...NONE, missing: 1 });
    expect(report.findings).toEqual([
      {
        ...{ kind: "missing", target: ZONES[0]?.id, reference: lost, permitId: "P-1", locationId: "lot-1" },
        repaired: true,
      },
    ]);
    expect(bench.seen()).toEqual(seen);
    expect(sessionOf(bench, "AB0001")).toBe(lost);
    expect((await bench.sync.reconcile("passport")).drift).toEqual(NONE);
    await bench.sync.stop();
  });

  it("takes no right for an extra one that a permit's own cancellation ended by a clock that was ahead", async () => {
    const bench = setUp();
    await deliver(bench, permit(1));
    bench.pass(4 * 60_000);
    await bench.sync.revoke("P-1");
    await bench.sync.idle();
    // At the vendor it now lasts for three minutes. Sync states its end anew, as the permit's.
    bench.pass(-3 * 60_000);

    const report = await bench.sync.reconcile("passport");

    expect(report).toMatchObject({ drift: NONE, listed: 1, failedTargets: [] });
    await bench.sync.stop();
  });

  it("registers a right again that was stopped at the vendor", async () => {
    const bench = setUp();
    await deliver(bench, permit(1));
    const seen = bench.seen();
    const stopped = sessionOf(bench, "AB0001");
    bench.alter(stopped, { status: "stopped", endTime: START });

    const report = await bench.sync.reconcile("passport");
    await bench.sync.idle();

    expect(report.repaired).toEqual({ ...NONE, missing: 1 });
    expect(bench.seen()).toEqual(seen);
    expect(sessionOf(bench, "AB0001")).not.toBe(stopped);
    expect((await bench.sync.reconcile("passport")).drift).toEqual(NONE);
    expect(await listAll(bench.sync.failures())).toEqual([]);
    // It is a right like any other: it can be withdrawn.
    await bench.sync.revoke("P-1");
    await bench.sync.idle();
    expect(bench.seen()).toEqual([]);
    await bench.sync.stop();
  });

  it("sends an end again that the vendor shows later or earlier", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    const seen = bench.seen();
    bench.alter(sessionOf(bench, "AB0001"), { endTime: new Date(START.getTime() + HOUR_MS) });
    bench.alter(sessionOf(bench, "AB0002"), { endTime: new Date(START.getTime() + 999 * HOUR_MS) });

    const report = await bench.sync.reconcile("passport");
    await bench.sync.idle();

    expect(report.repaired).toEqual({ ...NONE, other_end: 2 });
    expect(bench.seen()).toEqual(seen);
    await bench.sync.stop();
  });

  it("cancels a right with a reference of this instance that no permit has, and never other rights", async () => {
    const bench = setUp();
    await deliver(bench, permit(1));
    const seen = bench.seen();
    const { provider, passport } = bench;
    const stray = await provider.register({
      ...{ companyId: "university", permitId: "gone", locationId: "lot-1", target: ZONES[0]?.id ?? "" },
      ...{ plate: parsePlate("GONE 1", { region: "ME" }), validFrom: START },
      validTo: new Date(START.getTime() + HOUR_MS),
    });
    const endTime = new Date(START.getTime() + HOUR_MS);
    const foreign = { zoneId: ZONES[0]?.id ?? "", plate: "METER1", state: "NB", startTime: START, endTime };
    passport.addForeignSession(foreign);
    bench.pass(60_000);

    const report = await bench.sync.reconcile("passport");

    expect(report).toMatchObject({
      foreign: 1,
      drift: { ...NONE, extra: 1 },
      repaired: { ...NONE, extra: 1 },
    });
    expect(report.findings).toEqual([
      { kind: "extra", target: ZONES[0]?.id, reference: stray.reference, repaired: true },
    ]);
    expect(bench.seen()).toEqual([...seen, `METER1 ${endTime.toISOString()}`]);
    await bench.sync.stop();
  });

  it("does not touch rights of another instance of the same vendor", async () => {
    const bench = setUp();
    await bench.sync.addProvider(bench.createProvider("passport-2"));
    await deliver(bench, permit(1));
    expect(bench.passport.sessions.size).toBe(2);

    for (const id of ["passport", "passport-2"]) {
      expect(await bench.sync.reconcile(id)).toMatchObject({
        listed: 2,
        foreign: 0,
        compared: 1,
        drift: NONE,
      });
    }
    await bench.sync.removeProvider("passport-2");
    // Now it is unknown whose right it is.
    expect((await bench.sync.reconcile("passport", { repair: false })).drift).toEqual({ ...NONE, extra: 1 });
    await bench.sync.stop();
  });

  it("only reports, or repairs only some kinds, when its options say so", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    bench.lose(sessionOf(bench, "AB0001"));
    bench.alter(sessionOf(bench, "AB0002"), { endTime: new Date(START.getTime() + HOUR_MS) });
    const seen = bench.seen();

    const looked = await bench.sync.reconcile("passport", { repair: false });
    expect([looked.drift, looked.repaired]).toEqual([{ missing: 1, other_end: 1, extra: 0 }, NONE]);
    expect(looked.findings.map(({ repaired }) => repaired)).toEqual([false, false]);
    expect(bench.seen()).toEqual(seen);

    const some = await bench.sync.reconcile("passport", { repair: ["other_end"] });
    expect(some.repaired).toEqual({ ...NONE, other_end: 1 });
    expect(bench.seen()).toHaveLength(1);
    await bench.sync.stop();
  });

  it("reports no right as missing that is not shown yet, has ended or waits for its cancellation", async () => {
    const bench = setUp();
    await deliver(
      bench,
      permit(1, { validFrom: new Date(START.getTime() + HOUR_MS) }),
      permit(2, { validTo: new Date(START.getTime() + HOUR_MS) }),
      permit(3),
    );
    await bench.sync.stop();
    for (const { sessionId } of [...bench.passport.sessions.values()]) bench.lose(sessionId);
    await bench.sync.revoke("P-3");
    expect((await bench.sync.reconcile("passport", { repair: false })).findings).toMatchObject([
      { kind: "missing", permitId: "P-2" },
    ]);

    bench.pass(HOUR_MS);
    // The first has begun, the second has ended.
    expect((await bench.sync.reconcile("passport", { repair: false })).findings).toMatchObject([
      { kind: "missing", permitId: "P-1" },
    ]);
  });

  it("counts the test plate neither as extra nor as missing", async () => {
    const bench = setUp();
    const plates = [parsePlate("TEST 123", { region: "NB" })];
    await deliver(bench, permit(1), permit(2, { plates }));
    bench.lose(sessionOf(bench, "TEST123"));
    const { provider, directory, clock } = bench;
    const checks: unknown[] = [];
    const confirm = async () => {
      const report = await bench.sync.reconcile("passport", { testPlates: ["moncton-1"] });
      checks.push(report.drift);
      return true;
    };
    // The sandbox can be read back; a plain look is enough, then a person is asked as well.
    const unread = { ...provider, capabilities: { ...provider.capabilities, find: false } };
    const common = {
      directory,
      companyId: "university",
      locationId: "lot-1",
      evidence: memoryEvidence(),
      clock,
    };
    await runTestPlate({ ...common, provider: unread, confirm });
    await runTestPlate({ ...common, provider: unread, confirm, plate: "MONCTON 1" });
    expect(checks).toEqual([NONE, NONE]);
    await bench.sync.stop();
  });

  it("reports no right as missing because a list was cut, and finds by its plate one that is", async () => {
    const bench = setUp({ sandbox: { rightPaging: "truncated", rightPageSize: 10 } });
    const permits = Array.from({ length: 14 }, (_, index) => permit(index));
    await deliver(bench, ...permits);

    expect(await bench.sync.reconcile("passport")).toMatchObject({
      ...{ drift: NONE, incompleteTargets: [ZONES[0]?.id], compared: 14 },
    });
    bench.lose(sessionOf(bench, "AB0013"));
    expect((await bench.sync.reconcile("passport")).findings).toMatchObject([
      { kind: "missing", permitId: "P-13", repaired: true },
    ]);
    await bench.sync.stop();
  });

  it("reports no right as missing from a list that was cut without a sign", async () => {
    const bench = setUp({ sandbox: { rightPaging: "truncated", rightPageSize: 13 } });
    await deliver(bench, ...Array.from({ length: 14 }, (_, index) => permit(index)));
    // 13 is no usual length, so the provider takes the list for complete; asking for the plate shows that it is not.
    expect(await bench.sync.reconcile("passport")).toMatchObject({
      ...{ drift: NONE, incompleteTargets: [ZONES[0]?.id] },
    });
    await bench.sync.stop();
  });

  it("reads a list page by page", async () => {
    const bench = setUp({ sandbox: { rightPaging: "linked", rightPageSize: 4 } });
    await deliver(bench, ...Array.from({ length: 14 }, (_, index) => permit(index)));
    bench.lose(sessionOf(bench, "AB0003"));
    expect(await bench.sync.reconcile("passport")).toMatchObject({
      drift: { ...NONE, missing: 1 },
      compared: 14,
    });
    await bench.sync.stop();
  });

  it("does not touch rights with an operation in progress", async () => {
    const bench = setUp();
    await deliver(bench, permit(1));
    // The vendor accepts the registration, and its reply is lost: the right is shown, and was never acknowledged.
    bench.passport.faults.add({ kind: "reset-after", path: "/events" });
    await bench.sync.issueMany([permit(2, { locationIds: ["lot-2"] }), permit(3)]);
    await expect.poll(() => bench.passport.sessions.size).toBe(3);
    await expect.poll(async () => (await bench.sync.status()).providers[0]?.inFlight).toBe(0);

    const report = await bench.sync.reconcile("passport");
    expect(report.drift).toEqual(NONE);
    expect(report).toMatchObject({ listed: 3, compared: 1, inFlight: 2 });
    await bench.sync.stop();
  });

  it("reports no drift for rights that change while it compares", async () => {
    let isListing = false;
    const bench = setUp({ sandbox: { rightPaging: "linked", rightPageSize: 5 } });
    const { sync, provider } = bench;
    await deliver(bench, ...Array.from({ length: 20 }, (_, index) => permit(index)));
    // Between two pages of the list, and after its last one, every right changes.
    let revision = 1;
    const upset = async () => {
      if (isListing) return;
      isListing = true;
      revision += 1;
      await sync.issueMany([permit(100 + revision), permit(3, { revision, validTo: validTo(revision) })]);
      await sync.revoke(`P-${4 + revision}`);
      await sync.idle();
      isListing = false;
    };
    const busy = {
      ...provider,
      capabilities: provider.capabilities,
      async *listRegistrations(query: { target: string }) {
        for await (const page of provider.listRegistrations(query)) {
          yield page;
          await upset();
        }
      },
    };
    await sync.replaceProvider(busy);

    expect((await sync.reconcile("passport")).drift).toEqual(NONE);
    expect(revision).toBeGreaterThan(8);
    await sync.stop();
  });

  it("reports its progress, and stops when it is aborted", async () => {
    const bench = setUp();
    await deliver(bench, permit(1));
    const seen: ReconcileProgress[] = [];
    const controller = new AbortController();
    const reconciling = bench.sync.reconcile("passport", {
      signal: controller.signal,
      onProgress(progress) {
        seen.push(progress);
        if (progress.targetsDone === 2) controller.abort();
        throw new Error("A listener's own affair.");
      },
    });
    expect(await failureOf(() => reconciling)).toMatchObject({ code: "aborted", providerId: "passport" });
    expect(seen).toMatchObject([
      { providerId: "passport", targetsDone: 1, targets: 3, listed: 1, compared: 1, drift: NONE },
      { targetsDone: 2, targets: 3 },
    ]);
    await bench.sync.stop();
  });

  it("continues after a target that the vendor does not list, and ends when the vendor is down", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2, { locationIds: ["lot-2"] }));
    bench.lose(sessionOf(bench, "AB0002"));
    bench.passport.faults.add({ kind: "status", status: 500, path: "/parking-rights" });

    const report = await bench.sync.reconcile("passport");
    expect(report).toMatchObject({
      ...{ targets: 2, drift: { ...NONE, missing: 1 } },
      failedTargets: [{ target: ZONES[0]?.id, code: "unavailable" }],
    });

    bench.passport.faults.add({ kind: "status", status: 500, path: "/parking-rights", times: 3 });
    expect(await failureOf(() => bench.sync.reconcile("passport"))).toMatchObject({ code: "unavailable" });
    await bench.sync.stop();
  });

  it("leaves failed repairs to durable sync, and reports refused ones", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    const seen = bench.seen();
    bench.lose(sessionOf(bench, "AB0001"));
    bench.passport.faults.add({ kind: "status", status: 503, path: "/events" });
    expect((await bench.sync.reconcile("passport")).repaired).toEqual({ ...NONE, missing: 1 });
    await bench.sync.stop();
    bench.pass(HOUR_MS / 4);
    await bench.sync.start();
    await bench.sync.idle();
    expect(bench.seen()).toEqual(seen);

    bench.alter(sessionOf(bench, "AB0002"), { endTime: new Date(START.getTime() + 9 * HOUR_MS) });
    const body = { type: "io.passportlabs:error:no", detail: "No." };
    bench.passport.faults.add({ kind: "status", status: 422, body, path: "/events" });
    const report = await bench.sync.reconcile("passport");
    expect([report.drift, report.repaired]).toEqual([{ ...NONE, other_end: 1 }, NONE]);
    expect(await listAll(bench.sync.failures())).toMatchObject([
      { permitId: "P-2", operation: "amend", vendorCode: "no" },
    ]);
    await bench.sync.stop();
  });

  it("is unsupported where the account may not list, and names a wrong option", async () => {
    const bench = setUp({ sandbox: { readBack: false } });
    await deliver(bench, permit(1));
    const { sync } = bench;
    const wrong: [() => Promise<unknown>, object][] = [
      [() => sync.reconcile("passport"), { code: "unsupported", providerId: "passport" }],
      [
        () => sync.reconcile("passport"),
        { code: "unsupported", providerId: "passport", operation: "reconcile" },
      ],
      [() => sync.reconcile("other"), { code: "invalid_input", field: "providerId" }],
      [() => sync.reconcile("passport", { repair: "all" as never }), { field: "options.repair" }],
      [() => sync.reconcile("passport", { repair: ["all" as never] }), { field: "options.repair" }],
      [() => sync.reconcile("passport", { targets: [""] }), { field: "options.targets[0]" }],
      [() => sync.reconcile("passport", { testPlates: [""] }), { field: "options.testPlates[0]" }],
      [() => sync.reconcile("passport", { onProgress: 1 as never }), { field: "options.onProgress" }],
      [() => sync.reconcile("passport", { other: 1 } as never), { field: "options" }],
    ];
    for (const [call, error] of wrong) expect(await failureOf(call)).toMatchObject(error);
    await sync.stop();
  });

  it("shows no plate", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    bench.lose(sessionOf(bench, "AB0001"));
    const said: unknown[] = [];
    const report = await bench.sync.reconcile("passport", { onProgress: (progress) => said.push(progress) });
    expect(JSON.stringify([report, said])).not.toContain("AB0");
    await bench.sync.stop();
  });
});
