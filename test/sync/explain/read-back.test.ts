import { describe, expect, it } from "vitest";
import { showInstant } from "../../../src/sync/explain/words.ts";
import { HOUR_MS, permit, START, setUp } from "../reconcile/reconcile-bench.ts";

type Bench = ReturnType<typeof setUp>;

async function deliver({ sync }: Bench, ...permits: Parameters<Bench["sync"]["issueMany"]>[0][number][]) {
  await sync.start();
  await sync.issueMany(permits);
  await sync.idle();
}

const sessionOf = ({ passport }: Bench, plate: string) =>
  [...passport.sessions.values()].find((session) => session.plate === plate && session.status === "active")
    ?.sessionId ?? "none";

/** When a permit was last read back, by the location. */
async function readBackOf({ sync }: Bench, permitId: string) {
  const { entries } = await sync.explain(permitId);
  return Object.fromEntries(
    entries.map((entry) => [
      entry.locationId,
      entry.status === "acknowledged" ? entry.readBackAt : entry.status,
    ]),
  );
}

describe("when a right was last read back", () => {
  it("is when the last complete reading began, at every target and under every name", async () => {
    const bench = setUp();
    await deliver(bench, permit(1, { locationIds: ["lot-1", "lot-2", "lot-3"] }));
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": null, "lot-2": null, "lot-3": null });
    bench.pass(HOUR_MS);
    const readAt = bench.clock();
    await bench.sync.reconcile("passport");
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": readAt, "lot-2": readAt, "lot-3": readAt });
    const { sentences } = await bench.sync.explain("P-1");
    expect(sentences[1]).toContain(`, and was in the vendor's list at ${showInstant(readAt)}, `);
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport");
    expect((await readBackOf(bench, "P-1"))["lot-1"]).toEqual(bench.clock());
    await bench.sync.stop();
  });

  it("is not told of a right that was acknowledged later, nor of one that had not begun", async () => {
    const bench = setUp();
    const validFrom = new Date(START.getTime() + 2 * HOUR_MS);
    await deliver(bench, permit(1), permit(3, { validFrom }));
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport");
    bench.pass(HOUR_MS);
    await deliver(bench, permit(2));
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": new Date(START.getTime() + HOUR_MS) });
    expect(await readBackOf(bench, "P-2")).toEqual({ "lot-1": null });
    expect(await readBackOf(bench, "P-3")).toEqual({ "lot-1": null });
    await bench.sync.stop();
  });

  it("is not told of what the reading found missing or with another end, until the next one", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2), permit(3));
    bench.pass(HOUR_MS);
    bench.lose(sessionOf(bench, "AB0001"));
    bench.alter(sessionOf(bench, "AB0002"), { endTime: new Date(START.getTime() + 2 * HOUR_MS) });
    await bench.sync.reconcile("passport");
    await bench.sync.idle();
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": null });
    expect(await readBackOf(bench, "P-2")).toEqual({ "lot-1": null });
    expect(await readBackOf(bench, "P-3")).toEqual({ "lot-1": bench.clock() });
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport");
    for (const id of ["P-1", "P-2", "P-3"])
      expect(await readBackOf(bench, id)).toEqual({ "lot-1": bench.clock() });
    await bench.sync.stop();
  });

  it("is told although nothing is repaired", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    bench.lose(sessionOf(bench, "AB0001"));
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport", { repair: false });
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": null });
    expect(await readBackOf(bench, "P-2")).toEqual({ "lot-1": bench.clock() });
    await bench.sync.stop();
  });

  it("is not told of test plates, which no reading compares", async () => {
    const bench = setUp();
    await deliver(bench, permit(1), permit(2));
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport", { testPlates: ["AB 0001"] });
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": null });
    expect(await readBackOf(bench, "P-2")).toEqual({ "lot-1": bench.clock() });
    await bench.sync.stop();
  });

  it("is forgotten for a target where more than 1,000 rights were not seen", async () => {
    const bench = setUp();
    const permits = Array.from({ length: 1_002 }, (_, index) => permit(index));
    await deliver(bench, ...permits);
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport");
    expect((await readBackOf(bench, "P-0"))["lot-1"]).toEqual(bench.clock());
    for (let index = 1; index < 1_002; index += 1)
      bench.lose(sessionOf(bench, `AB${String(index).padStart(4, "0")}`));
    bench.pass(HOUR_MS);
    await bench.sync.reconcile("passport", { repair: false });
    expect(await readBackOf(bench, "P-0")).toEqual({ "lot-1": null });
    await bench.sync.stop();
  });

  it("is what it was where the list is incomplete or cannot be read", async () => {
    let isBroken = false;
    const bench: Bench = setUp({
      fetch: async (input, init) => {
        const request = new Request(input as Request, init);
        if (isBroken && request.method === "GET") return new Response("no", { status: 503 });
        return bench.sandbox.fetch(request);
      },
    });
    await deliver(bench, permit(1));
    bench.pass(HOUR_MS);
    const readAt = bench.clock();
    await bench.sync.reconcile("passport");
    bench.pass(HOUR_MS);
    isBroken = true;
    await bench.sync.reconcile("passport").catch(() => {});
    expect(await readBackOf(bench, "P-1")).toEqual({ "lot-1": readAt });
    await bench.sync.stop();
  });
});
