import { describe, expect, it } from "vitest";
import { createDeliveryWriter } from "../../../src/sync/deliver/delivery-writer.ts";
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
  const writer = createDeliveryWriter({
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
  return { writer, writings, waits, permitsOf: () => writings.map(({ permits }) => permits) };
}

function updatesOf(...permitIds: string[]): DeliveryUpdate[] {
  return permitIds.map((permitId) => ({
    ...{ providerId: "passport", permitId, delivery: NO_DELIVERY, version: 1 },
  }));
}

/** The result of a save of which every update took effect. */
const ALL_WRITTEN = new Set();

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe("saved deliveries", () => {
  it("are saved by PostgreSQL in two calls at once, and later ones together in the next call", async () => {
    const { writer, writings, permitsOf } = createSlowLedger("postgres");
    const done = ["P-1", "P-2", "P-3", "P-4"].map((id) => writer.write(updatesOf(id)));
    expect(permitsOf()).toEqual([["P-1"], ["P-2"]]);
    writings[1]?.end();
    expect(await done[1]).toEqual(ALL_WRITTEN);
    expect(permitsOf()).toEqual([["P-1"], ["P-2"], ["P-3", "P-4"]]);
    for (const writing of writings) writing.end();
    expect(await Promise.all(done)).toEqual([ALL_WRITTEN, ALL_WRITTEN, ALL_WRITTEN, ALL_WRITTEN]);
  });

  it("are prepared for SQLite while others are being saved", async () => {
    const { writer, writings, permitsOf } = createSlowLedger("sqlite");
    const done = ["P-1", "P-2", "P-3"].map((id) => writer.write(updatesOf(id)));
    expect(permitsOf()).toEqual([["P-1"], ["P-2"]]);
    writings[0]?.end();
    await done[0];
    expect(permitsOf()).toEqual([["P-1"], ["P-2"], ["P-3"]]);
  });

  it("are saved in memory by one call after the other", async () => {
    const { writer, writings, permitsOf } = createSlowLedger("memory");
    const done = ["P-1", "P-2", "P-3"].map((id) => writer.write(updatesOf(id)));
    expect(permitsOf()).toEqual([["P-1"]]);
    writings[0]?.end();
    await done[0];
    expect(permitsOf()).toEqual([["P-1"], ["P-2", "P-3"]]);
  });

  it("of SQLite do not wait for thousands of later ones", async () => {
    const { writer, writings } = createSlowLedger("sqlite");
    const many = (of: string) => updatesOf(...Array.from({ length: 300 }, (_, index) => `${of}-${index}`));
    const done = ["now", "next", "first", "second"].map((of) => writer.write(many(of)));
    const firsts = () => writings.map(({ permits }) => `${permits[0]}, ${permits.length}`);
    expect(firsts()).toEqual(["now-0, 300", "next-0, 300"]);
    for (const one of [0, 1, 2, 3]) {
      writings[one]?.end();
      expect(await done[one]).toEqual(ALL_WRITTEN);
    }
    expect(firsts()).toEqual(["now-0, 300", "next-0, 300", "first-0, 300", "second-0, 300"]);
  });

  it("are in one call only, so that the later state remains", async () => {
    const { writer, writings, permitsOf } = createSlowLedger("postgres");
    const first = writer.write(updatesOf("P-1", "P-2"));
    const later = writer.write(updatesOf("P-2", "P-3"));
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
    const { writer, writings } = createSlowLedger("postgres");
    const done = writer.write(updatesOf("P-1", "P-2", "P-3"));
    writings[0]?.end("P-2");
    expect(await done).toEqual(new Set(["P-2"]));
  });

  it("are both given up once nothing is retried any more", async () => {
    const { writer, writings, waits } = createSlowLedger("postgres");
    const done = [writer.write(updatesOf("P-1")), writer.write(updatesOf("P-2"))];
    for (const writing of writings.slice()) writing.fail();
    await settled();
    expect(waits).toHaveLength(2);
    writer.stopRetrying();
    await settled();
    expect(writings).toHaveLength(4);
    for (const writing of writings.slice(2)) writing.fail();
    expect(await Promise.all(done)).toEqual([new Set(["P-1"]), new Set(["P-2"])]);
  });
});
