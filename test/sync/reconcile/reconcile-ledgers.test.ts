import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createLedgers } from "../postgres/ledgers.ts";
import { makeFolder, openLedger } from "../sqlite/folder.ts";
import { HOUR_MS, permit, START, setUp, ZONES } from "./reconcile-bench.ts";

const postgres = createLedgers({ isClockStopped: true });
const idOf = (event: object) => ("permitId" in event ? String(event.permitId) : "");

describe.each<[string, () => Promise<Ledger>]>([
  ["memory", async () => memoryLedger()],
  ["SQLite", async () => openLedger(join(makeFolder(), "ledger.db"))],
  ["PostgreSQL", () => postgres.open()],
])("with a ledger in %s", (_, open) => {
  async function deliver() {
    const events: SyncEvent[] = [];
    const bench = setUp({ ledger: await open(), onEvent: (event) => events.push(event) });
    const { sync, passport } = bench;
    await sync.start();
    await sync.issueMany([1, 2, 3].map((index) => permit(index)));
    await sync.idle();
    events.length = 0;
    const sessionOf = (plate: string) =>
      [...passport.sessions.values()].find((session) => session.plate === plate)?.sessionId ?? "none";
    return { ...bench, events, sessionOf, before: bench.seen() };
  }

  it("reconcile repairs and reports rights that are missing, end at another instant or are extra", async () => {
    const { sync, provider, events, sessionOf, before, seen, lose, alter, pass } = await deliver();
    await provider.register({
      ...{ companyId: "university", permitId: "gone", locationId: "lot-1", target: ZONES[0]?.id ?? "" },
      ...{ plate: parsePlate("GONE 1", { region: "ME" }), validFrom: START },
      validTo: new Date(START.getTime() + HOUR_MS),
    });
    lose(sessionOf("AB0001"));
    alter(sessionOf("AB0002"), { endTime: new Date(START.getTime() + HOUR_MS) });
    pass(60_000);
    const report = await sync.reconcile("passport");
    await sync.idle();
    expect(report).toMatchObject({ compared: 3, repaired: { missing: 1, other_end: 1, extra: 1 } });
    expect(seen()).toEqual(before);
    const told = events.map(({ at, ...event }) => event);
    expect(told.toSorted((one, other) => idOf(one).localeCompare(idOf(other)))).toEqual(
      [
        ["P-1", "register"],
        ["P-2", "amend"],
      ].map(([permitId, operation]) => ({
        ...{ type: "acknowledged", providerId: "passport", companyId: "university", permitId, operation },
        locationId: "lot-1",
      })),
    );
    expect((await sync.reconcile("passport")).drift).toEqual({ missing: 0, other_end: 0, extra: 0 });
    // A restored right is a right like any other.
    await sync.revoke("P-1");
    await sync.idle();
    expect(seen()).toEqual(before.slice(1));
    await sync.stop();
  });

  it("reassert restores what the vendor lost, and emits no event", async () => {
    const { sync, events, before, seen, lose, sessionOf } = await deliver();
    for (const plate of ["AB0001", "AB0003"]) lose(sessionOf(plate));
    const report = await sync.reassert("passport", { perSecond: 1_000 });
    await sync.idle();
    expect(report).toMatchObject({ acknowledged: 3, refused: 0, inFlight: 0, targets: 1 });
    expect(seen()).toEqual(before);
    expect(events).toEqual([]);
    await sync.stop();
  });
});
