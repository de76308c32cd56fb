import { expect, it } from "vitest";
import { ClockWatch } from "../../../src/sync/clock/clock-watch.ts";
import { permit, START, scriptedSync } from "../scripted-sync.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365 * DAY_MS;

const inDays = (days: number) => new Date(START + days * DAY_MS).toISOString();

/** A clock that a test sets, beside one that runs correctly. */
function createClock() {
  const clock = { passed: 0, ahead: 0, leaps: [] as number[] };
  const watch = new ClockWatch(
    {
      now: () => new Date(START + clock.passed + clock.ahead),
      monotonic: () => clock.passed,
      after: () => () => {},
    },
    ({ byMs }) => clock.leaps.push(byMs),
  );
  watch.now();
  return { clock, watch };
}

it.each([
  ["forward", 6 * MINUTE_MS],
  ["back", -6 * MINUTE_MS],
  ["by a year", YEAR_MS],
])("notices a clock that leaps %s, and does not trust it until it has run steadily for a day", (_, byMs) => {
  const { clock, watch } = createClock();
  clock.ahead = byMs;
  expect(watch.status).toMatchObject({ byMs, against: "monotonic" });
  expect(clock.leaps).toEqual([byMs]);
  clock.passed = DAY_MS - 1;
  expect(watch.isSteady).toBe(false);
  clock.passed = DAY_MS;
  expect(watch.status).toBeNull();
  expect(clock.leaps).toEqual([byMs]);
});

it("starts that day again at each leap", () => {
  const { clock, watch } = createClock();
  clock.ahead = HOUR_MS;
  expect(watch.isSteady).toBe(false);
  clock.passed = 20 * HOUR_MS;
  clock.ahead = 0;
  expect(watch.isSteady).toBe(false);
  clock.passed = 43 * HOUR_MS;
  expect(watch.isSteady).toBe(false);
  clock.passed = 44 * HOUR_MS;
  expect(watch.isSteady).toBe(true);
});

it("takes a small adjustment for no leap, and many of them within a day for one", () => {
  const { clock, watch } = createClock();
  for (let day = 0; day < 20; day += 1) {
    clock.passed += DAY_MS + HOUR_MS;
    clock.ahead += MINUTE_MS;
    expect(watch.isSteady).toBe(true);
  }
  for (let step = 0; step < 6; step += 1) {
    clock.passed += HOUR_MS;
    clock.ahead += MINUTE_MS;
    watch.now();
  }
  expect(watch.isSteady).toBe(false);
});

it("erases nothing while a clock is a year ahead for a minute", async () => {
  const { sync, events, jump, pass, until } = scriptedSync();
  await until(sync.start());
  await until(sync.issue(permit("KEPT", { validTo: inDays(100) })));
  await until(sync.idle());
  jump(YEAR_MS);
  await pass(2 * HOUR_MS);
  const { clock } = await until(sync.status());
  expect(clock).toMatchObject({ byMs: YEAR_MS, against: "monotonic" });
  expect(clock?.steadyAt.getTime()).toBe((clock?.leaptAt.getTime() ?? 0) + DAY_MS);
  jump(-YEAR_MS);
  await pass(2 * HOUR_MS);
  const leaps = events.filter(({ type }) => type === "clock_leapt");
  expect(leaps).toMatchObject([{ byMs: YEAR_MS }, { byMs: -YEAR_MS }]);
  await pass(DAY_MS);
  expect((await until(sync.status())).clock).toBeNull();
  expect(events.some(({ type }) => type === "erased")).toBe(false);
  expect(await until(sync.issue(permit("KEPT", { validTo: inDays(100) })))).toMatchObject({
    status: "unchanged",
  });
  await until(sync.stop());
});

it("erases permits that ended by a clock that leapt, once it has run steadily for a day", async () => {
  const { sync, events, jump, pass, until } = scriptedSync();
  await until(sync.start());
  await until(sync.issue(permit("ENDED", { validTo: inDays(1) })));
  await until(sync.idle());
  jump(YEAR_MS);
  await pass(DAY_MS - HOUR_MS);
  expect(events.some(({ type }) => type === "erased")).toBe(false);
  await pass(3 * HOUR_MS);
  expect(events.filter(({ type }) => type === "erased")).toMatchObject([{ count: 1 }]);
  await until(sync.stop());
});
