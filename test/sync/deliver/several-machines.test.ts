import { describe, expect, it } from "vitest";
import { readPermit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

// This machine is not notified of changes that another one records in the same ledger while it works.

const wrap = (ledger: Ledger): Ledger => ({ ...ledger, watch: () => () => {} });
const plates = (revision: number, ...numbers: string[]) =>
  permit("P1", { revision, plates: numbers.map((number) => parsePlate(number)) });

describe("a ledger that several machines share", () => {
  it.each([true, false])(
    "is read twice a second by idle() while another machine delivers; its own machine started: %s",
    async (isStarted) => {
      let looks = 0;
      const { sync, ledger, now, pass, until, hasTimer } = scriptedSync(["alpha"], {
        wrap: (inner) => ({
          ...wrap(inner),
          count: (providerIds, at) => {
            looks += 1;
            return inner.count(providerIds, at);
          },
        }),
      });
      if (isStarted) await sync.start();
      await until(sync.idle());
      const at = new Date(now());
      const word = { kind: "issue" as const, permit: readPermit(permit("P1")), providerIds: ["alpha"], at };
      await ledger.record([word]);
      const [claim] = await ledger.claim({ limits: new Map([["alpha", 1]]), now: at, leaseMs: 60_000 });
      if (claim === undefined) throw new Error("The other machine was given nothing.");
      looks = 0;
      let isOver = false;
      const idle = sync.idle().then(() => {
        isOver = true;
      });
      await pass(20_000);
      expect(isOver).toBe(false);
      expect(looks).toBe(41);
      await ledger.save([{ ...claim, release: { dueAt: null, settled: true } }]);
      await pass(999);
      expect(isOver).toBe(true);
      await idle;
      await until(sync.stop());
      expect(hasTimer()).toBe(false);
    },
  );

  it("is read again before a second step, so that a change recorded on another machine is not undone", async () => {
    const { sync, ledger, vendor, pass, until } = scriptedSync(["alpha"], { wrap });
    const alpha = vendor();
    await sync.start();
    await until(sync.issue(plates(1, "A")));
    await until(sync.idle());
    alpha.latencyMs = 3_000;
    await until(sync.revise(plates(2, "B")));
    await pass(1_000);
    const word = { kind: "revise" as const, permit: readPermit(plates(3, "A")), providerIds: ["alpha"] };
    await ledger.record([{ ...word, at: new Date(START + 1_000) }]);
    await until(sync.idle());
    expect(alpha.requests).toEqual(["register A", "register B", "cancel B"]);
    await until(sync.stop());
  });

  it("gets the deliveries of a provider that another machine switched on while a permit was being recorded", async () => {
    const on = { id: "c", name: "c", providers: { alpha: { enabled: true } } };
    let current = { ...on, providers: {} };
    let answer = () => {};
    const asked: unknown[] = [];
    const { sync, ledger, vendor, until } = scriptedSync(["alpha"], {
      wrap,
      directory: {
        getCompany(id) {
          asked.push(id);
          const now = current;
          if (asked.length > 1) return now;
          return new Promise((resolve) => {
            answer = () => resolve(now);
          });
        },
        listLocations: () => [
          {
            id: "c-lot",
            companyId: "c",
            name: "Lot",
            providers: { alpha: { enabled: true, target: "zone" } },
          },
        ],
      },
    });
    await sync.start();
    const issued = sync.issue(permit("P1"));
    await until(new Promise((resolve) => setImmediate(resolve)));
    current = on;
    await ledger.makeDue({ companyId: "c", providerIds: ["alpha"], at: new Date(START) });
    answer();
    await until(issued);
    await until(sync.idle());
    expect(vendor().requests).toEqual(["register P1"]);
    await until(sync.stop());
  });
});
