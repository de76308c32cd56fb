import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { listAll } from "../list-all.ts";
import { HOUR_MS, permit, START, setUp, ZONES } from "./reconcile-bench.ts";

const NONE = { missing: 0, other_end: 0, extra: 0 };
const SEED = Number(process.env["SEED"] ?? Date.now() % 2 ** 31);

type Harm = "none" | "lost" | "stopped" | "longer" | "shorter";

/** A permit, and what happens to its right at the vendor, unknown to sync. */
const planted = fc.record({
  lot: fc.integer({ min: 1, max: 3 }),
  harm: fc.constantFrom<Harm>("none", "none", "lost", "stopped", "longer", "shorter"),
  openEnded: fc.boolean(),
});

/** A right of another system, or one of this host's that no permit has. */
const others = fc.record({
  zone: fc.integer({ min: 0, max: 2 }),
  own: fc.boolean(),
});

const scenario = fc.record({
  permits: fc.array(planted, { maxLength: 25 }),
  strangers: fc.array(others, { maxLength: 6 }),
  paging: fc.constantFrom("none", "linked", "header", "truncated") as fc.Arbitrary<
    "none" | "linked" | "header" | "truncated"
  >,
  pageSize: fc.integer({ min: 1, max: 12 }),
});

describe("drift that is created at the vendor", () => {
  it(`is found exactly and repaired, and what is others' stays as it is (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ permits, strangers, paging, pageSize }) => {
        const bench = setUp({ sandbox: { rightPaging: paging, rightPageSize: pageSize } });
        const { sync, passport, provider } = bench;
        await sync.start();
        await sync.issueMany(
          permits.map(({ lot, openEnded }, index) =>
            permit(index, { locationIds: [`lot-${lot}`], ...(openEnded ? { validTo: null } : {}) }),
          ),
        );
        await sync.idle();
        const whole = bench.seen();
        const expected = { ...NONE };
        const byPlate = new Map([...passport.sessions.values()].map((session) => [session.plate, session]));
        for (const [index, { harm }] of permits.entries()) {
          const session = byPlate.get(`AB${String(index).padStart(4, "0")}`);
          if (session === undefined || harm === "none") continue;
          const { sessionId, endTime } = session;
          if (harm === "lost") bench.lose(sessionId);
          if (harm === "stopped") bench.alter(sessionId, { status: "stopped", endTime: START });
          if (harm === "longer") bench.alter(sessionId, { endTime: new Date(endTime.getTime() + HOUR_MS) });
          if (harm === "shorter") bench.alter(sessionId, { endTime: new Date(START.getTime() + HOUR_MS) });
          expected[harm === "lost" || harm === "stopped" ? "missing" : "other_end"] += 1;
        }
        let foreign = 0;
        for (const [index, { zone, own }] of strangers.entries()) {
          const zoneId = ZONES[zone]?.id ?? "";
          const validTo = new Date(START.getTime() + (index + 2) * HOUR_MS);
          if (own) {
            const plate = parsePlate(`STRAY ${index}`, { region: "NB" });
            const lost = { companyId: "university", permitId: `gone-${index}`, locationId: "lot-1" };
            await provider.register({ ...lost, plate, target: zoneId, validFrom: START, validTo });
            expected.extra += 1;
          } else {
            passport.addForeignSession({
              ...{ zoneId, plate: `METER${index}`, state: "NB", startTime: START, endTime: validTo },
            });
            foreign += 1;
          }
        }
        const foreignBefore = structuredClone([...passport.foreignSessions.values()]);

        const report = await sync.reconcile("passport", { targets: ZONES.map(({ id }) => id) });
        await sync.idle();

        // A list that was cut shows neither what is extra behind the cut, nor which end is wrong there.
        const isCut = paging === "truncated";
        if (!isCut) {
          expect(report.drift).toEqual(expected);
          expect(report.repaired).toEqual(expected);
          expect(report).toMatchObject({ foreign, incompleteTargets: expect.any(Array) });
          const seen = bench.seen().filter((right) => !right.startsWith("METER"));
          expect(seen).toEqual(whole);
          expect((await sync.reconcile("passport")).drift).toEqual(NONE);
        } else {
          expect(report.drift.missing).toBe(expected.missing);
          expect(report.drift.extra).toBeLessThanOrEqual(expected.extra);
          expect(report.drift.other_end).toBeLessThanOrEqual(expected.other_end);
        }
        expect([...passport.foreignSessions.values()]).toEqual(foreignBefore);
        expect(passport.violations).toEqual([]);
        expect(await listAll(sync.failures())).toEqual([]);
        await sync.stop();
      }),
      { seed: SEED, numRuns: Number(process.env["RECONCILE_RUNS"] ?? 60) },
    );
  });
});
