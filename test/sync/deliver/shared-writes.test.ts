import { describe, expect, it } from "vitest";
import { SharedWrites } from "../../../src/sync/deliver/shared-writes.ts";
import { NO_DELIVERY } from "../../../src/sync/ledger/delivery.ts";
import type { DeliveryUpdate, Ledger } from "../../../src/sync/ledger/ledger.ts";

/** A ledger whose saves end when the test says so. */
function createSlowLedger(kind: Ledger["kind"]) {
  const writings: { permits: string[]; end(lost?: string): void; fail(): void }[] = [];
  const save = (updates: readonly DeliveryUpdate[]) =>
    new Promise<boolean[]>((resolve, reject) => {
      const permits = updates.map(({ permitId }) => permitId);
      writings.push({
        permits,
        end: (lost) => resolve(permits.map((id) => id !== lost)),
        fail: () => reject(new Error("The disk is full.")),
      });
    });
  const waits: (() => void)[] = [];
  const writes = new SharedWrites({
    ledger: { kind, save } as unknown as Ledger,
    timers: {
      now: () => new Date(0),
      monotonic: () => 0,
      after(_ms, callback) {
        waits.push(callback);
        return () => {};
      },
    },
    pace: { areLookupsAsked: false },
    random: () => 0.5,
    onResult() {},
  });
  const write = (updates: readonly DeliveryUpdate[], isUrgent = false) =>
    writes.write(updates[0]?.providerId ?? "", updates, { isUrgent });
  return { writes, write, writings, waits, permitsOf: () => writings.map(({ permits }) => permits) };
}

function updatesOf(...permitIds: string[]): DeliveryUpdate[] {
  return updatesAt("passport", permitIds);
}

function updatesAt(providerId: string, permitIds: readonly string[]): DeliveryUpdate[] {
  return permitIds.map((permitId) => ({ providerId, permitId, delivery: NO_DELIVERY, version: 1 }));
}

/** The result of a save of which every update took effect. */
const ALL_WRITTEN = new Set();

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("saved deliveries", () => {
  it("are saved by PostgreSQL in two calls at once, and later ones together in the next call", async () => {
    const { write, writings, permitsOf } = createSlowLedger("postgres");
    const done = ["P-1", "P-2", "P-3", "P-4"].map((id) => write(updatesOf(id)));
    expect(permitsOf()).toEqual([["P-1"], ["P-2"]]);
    writings[1]?.end();
    expect(await done[1]).toEqual(ALL_WRITTEN);
    expect(permitsOf()).toEqual([["P-1"], ["P-2"], ["P-3", "P-4"]]);
    for (const writing of writings) writing.end();
    expect(await Promise.all(done)).toEqual([ALL_WRITTEN, ALL_WRITTEN, ALL_WRITTEN, ALL_WRITTEN]);
  });

  it("are prepared for SQLite while others are being saved", async () => {
    const { write, writings, permitsOf } = createSlowLedger("sqlite");
    const done = ["P-1", "P-2", "P-3"].map((id) => write(updatesOf(id)));
    expect(permitsOf()).toEqual([["P-1"], ["P-2"]]);
    writings[0]?.end();
    await done[0];
    expect(permitsOf()).toEqual([["P-1"], ["P-2"], ["P-3"]]);
  });

  it("are saved in memory by one call after the other", async () => {
    const { write, writings, permitsOf } = createSlowLedger("memory");
    const done = ["P-1", "P-2", "P-3"].map((id) => write(updatesOf(id)));
    expect(permitsOf()).toEqual([["P-1"]]);
    writings[0]?.end();
    await done[0];
    expect(permitsOf()).toEqual([["P-1"], ["P-2", "P-3"]]);
  });

  it("of SQLite do not wait for thousands of later ones", async () => {
    const { write, writings } = createSlowLedger("sqlite");
    const many = (of: string) => updatesOf(...Array.from({ length: 300 }, (_, index) => `${of}-${index}`));
    const done = ["now", "next", "first", "second"].map((of) => write(many(of)));
    const firsts = () => writings.map(({ permits }) => `${permits[0]}, ${permits.length}`);
    expect(firsts()).toEqual(["now-0, 300", "next-0, 300"]);
    for (const one of [0, 1, 2, 3]) {
      writings[one]?.end();
      expect(await done[one]).toEqual(ALL_WRITTEN);
    }
    expect(firsts()).toEqual(["now-0, 300", "next-0, 300", "first-0, 300", "second-0, 300"]);
  });

  it("are in one call only, so that the later state remains", async () => {
    const { write, writings, permitsOf } = createSlowLedger("postgres");
    const first = write(updatesOf("P-1", "P-2"));
    const later = write(updatesOf("P-2", "P-3"));
    await settled();
    expect(permitsOf()).toEqual([["P-1", "P-2"]]);
    writings[0]?.end();
    expect(await first).toEqual(ALL_WRITTEN);
    expect(permitsOf()).toEqual([
      ["P-1", "P-2"],
      ["P-2", "P-3"],
    ]);
    writings[1]?.end();
    expect(await later).toEqual(ALL_WRITTEN);
  });

  it("are reported when their claim has expired", async () => {
    const { write, writings } = createSlowLedger("postgres");
    const done = write(updatesOf("P-1", "P-2", "P-3"));
    writings[0]?.end("P-2");
    expect(await done).toEqual(new Set(["P-2"]));
  });

  it("are both given up once nothing is retried any more", async () => {
    const { writes, write, writings, waits } = createSlowLedger("postgres");
    const done = [write(updatesOf("P-1")), write(updatesOf("P-2"))];
    for (const writing of writings.slice()) writing.fail();
    await settled();
    expect(waits).toHaveLength(2);
    writes.stopRetrying("passport");
    await settled();
    expect(writings).toHaveLength(4);
    for (const writing of writings.slice(2)) writing.fail();
    expect(await Promise.all(done)).toEqual([new Set(["P-1"]), new Set(["P-2"])]);
  });

  it("of several providers are saved in one call, and each provider hears which of its own were not written", async () => {
    const { write, writings, permitsOf } = createSlowLedger("memory");
    const first = write(updatesOf("P-1"));
    const [one, other] = [
      write(updatesAt("passport", ["P-2", "P-3"])),
      write(updatesAt("hotspot", ["P-2", "P-4"])),
    ];
    writings[0]?.end();
    await first;
    expect(permitsOf()).toEqual([["P-1"], ["P-2", "P-3", "P-2", "P-4"]]);
    writings[1]?.end("P-4");
    expect(await one).toEqual(ALL_WRITTEN);
    expect(await other).toEqual(new Set(["P-4"]));
  });

  it("of a provider that stops are given up, while those of others are saved again", async () => {
    const { writes, write, writings, waits, permitsOf } = createSlowLedger("memory");
    const first = write(updatesOf("P-1"));
    const [one, other] = [write(updatesOf("P-2")), write(updatesAt("hotspot", ["P-3"]))];
    writings[0]?.end();
    await first;
    writings[1]?.fail();
    await settled();
    writes.stopRetrying("passport");
    await settled();
    writings[2]?.fail();
    expect(await one).toEqual(new Set(["P-2"]));
    waits.at(-1)?.();
    await settled();
    writings[3]?.end();
    expect(await other).toEqual(ALL_WRITTEN);
    expect(permitsOf()).toEqual([["P-1"], ["P-2", "P-3"], ["P-2", "P-3"], ["P-3"]]);
    writes.retry("passport");
    const again = write(updatesOf("P-2"));
    writings[4]?.fail();
    await settled();
    waits.at(-1)?.();
    await settled();
    writings[5]?.end();
    expect(await again).toEqual(ALL_WRITTEN);
  });

  it("of urgent deliveries go first, three times of four", async () => {
    const { write, writings, permitsOf } = createSlowLedger("memory");
    const many = (of: string) => updatesOf(...Array.from({ length: 1_000 }, (_, index) => `${of}-${index}`));
    const done = [write(many("now"))];
    for (const of of ["backfill-1", "backfill-2"]) done.push(write(many(of)));
    for (const of of ["paid-1", "paid-2", "paid-3", "paid-4"]) done.push(write(many(of), true));
    for (let index = 0; index < done.length; index += 1) {
      writings[index]?.end();
      await settled();
    }
    const firsts = permitsOf().map(([first]) => first?.replace(/-0$/, ""));
    expect(firsts).toEqual(["now", "paid-1", "paid-2", "paid-3", "backfill-1", "paid-4", "backfill-2"]);
  });
});
