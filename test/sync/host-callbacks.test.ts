import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runTestPlate } from "../../src/setup/test-plate/run-test-plate.ts";
import { memoryLedger } from "../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../src/sync/permit-sync.ts";
import { createCampus, NOTHING_SHOWN } from "../setup/campus.ts";
import { failureOf } from "../support/registrations.ts";
import { CALLBACKS, type CallbackBench, MISDEEDS, permit, SECRET } from "./callback-bench.ts";
import { listAll } from "./list-all.ts";

const MINUTE_MS = 60_000;
const patience = { timeout: 2 * MINUTE_MS, interval: 5 };

const unhandled: unknown[] = [];
const note = (reason: unknown) => unhandled.push(reason);
beforeAll(() => {
  process.on("unhandledRejection", note);
});
afterAll(() => {
  process.off("unhandledRejection", note);
});

const misdeeds = Object.keys(MISDEEDS);
const FAILS = ["throws", "throws undefined", "rejects", "rejects with undefined", "hangs"];
const PROMISES = ["rejects", "rejects with undefined", "hangs", "returns a promise of null"];
const UNREADABLE = "returns an object that cannot be inspected";

type Said = (misdeed: string) => string;
const nothing: Said = () => "nothing";
const ofSecret: Said = (misdeed) =>
  FAILS.includes(misdeed) || misdeed === UNREADABLE ? "provider_down unavailable" : "held invalid_config";
const ofFetch: Said = (misdeed) => (misdeed === "hangs" ? "provider_down timeout" : ofSecret(misdeed));

/** Where each failure is reported. */
const SAID: Readonly<Record<string, Said>> = {
  "onEvent of sync": nothing,
  "clock of sync": () => "clock_failed",
  "token of HotSpot": ofSecret,
  "companyToken of HotSpot": ofSecret,
  "wire.encode of HotSpot": () => "held invalid_config",
  // Only the wire understands a reply under 2xx; a function that returns a promise is no wire.
  "wire.decode of HotSpot": (misdeed) =>
    PROMISES.includes(misdeed) ? "held invalid_config" : "held invalid_response",
  "fetch of HotSpot": ofFetch,
  "onEvent of HotSpot": nothing,
  "clock of HotSpot": () => "held invalid_config",
  "clientSecret of Passport": ofSecret,
  "fetch of Passport": ofFetch,
  "onEvent of Passport": nothing,
  "clock of Passport": () => "held invalid_config",
};

const cases = (Object.keys(CALLBACKS).length + 2) * misdeeds.length;
console.info(`Callbacks of a host, as durable sync and the test plate meet them: ${cases} cases.`);

function saidBy({ events }: CallbackBench): string[] {
  const said = events.flatMap((event) => {
    if (event.type === "held" || event.type === "provider_down") return [`${event.type} ${event.code}`];
    return event.type === "clock_failed" ? [event.type] : [];
  });
  return [...new Set(said)];
}

/** A permit is issued while the callback misbehaves, and delivered when it no longer does. Returns what was reported. */
async function liveThrough(name: string, misdeed: () => unknown): Promise<string> {
  let isBad = false;
  let calls = 0;
  const bench = CALLBACKS[name]?.((good) => (...args) => {
    if (!isBad) return good(...args);
    calls += 1;
    return misdeed() as ReturnType<typeof good>;
  });
  if (bench === undefined) throw new Error(name);
  const sync = bench.create();
  await sync.start();
  isBad = true;
  expect(await sync.issue(permit("P-1"))).toMatchObject({ status: "recorded" });
  await vi.waitFor(() => expect(calls).toBeGreaterThan(0), patience);
  const isSilent = SAID[name] === nothing;
  const seen = () => (isSilent ? bench.countLive() : saidBy(bench).length);
  await vi.waitFor(() => expect(seen()).toBeGreaterThan(0), patience);
  const said = saidBy(bench);
  isBad = false;
  await sync.idle();
  expect(bench.countLive()).toBe(1);
  expect(await listAll(sync.failures())).toEqual([]);
  expect((await sync.status()).providers).toMatchObject([{ pending: 0, failed: 0 }]);
  expect(JSON.stringify(bench.events)).not.toContain(SECRET);
  await sync.stop();
  return said.join(", ") || "nothing";
}

describe("a host's callback that misbehaves", () => {
  it.each(Object.keys(CALLBACKS))(
    "%s: no rejection is unhandled, nothing is lost, and the failure is reported",
    { timeout: 10 * MINUTE_MS },
    async (name) => {
      const said = await Promise.all(
        Object.entries(MISDEEDS).map(async ([misdeed, act]) => [misdeed, await liveThrough(name, act)]),
      );
      await new Promise((resolve) => setImmediate(resolve));
      expect(said).toEqual(misdeeds.map((misdeed) => [misdeed, SAID[name]?.(misdeed)]));
      expect(unhandled).toEqual([]);
    },
  );

  it.each(Object.entries(MISDEEDS))(
    "a clock that %s from the beginning is invalid_config",
    async (_, act) => {
      const directory = { getCompany: () => undefined, listLocations: () => [] };
      const options = { providers: [], ledger: memoryLedger(), directory, clock: act as () => Date };
      expect(await failureOf(() => createPermitSync(options))).toMatchObject({
        code: "invalid_config",
        field: "clock",
      });
      await new Promise((resolve) => setImmediate(resolve));
      expect(unhandled).toEqual([]);
    },
  );

  it.each(Object.entries(MISDEEDS))(
    "a confirm that %s: the test plate is withdrawn",
    async (misdeed, act) => {
      const { hotspot, place, evidence, shown } = createCampus();
      const caller = new AbortController();
      const confirm = () => {
        if (misdeed === "hangs") setImmediate(() => caller.abort());
        return act() as boolean;
      };
      const run = () =>
        runTestPlate({
          ...{ provider: hotspot, ...place(hotspot), evidence },
          confirm,
          signal: caller.signal,
        });
      if (misdeed === "hangs") expect(await failureOf(run)).toMatchObject({ code: "aborted" });
      else if (FAILS.includes(misdeed) || misdeed === UNREADABLE)
        expect(await failureOf(run)).toMatchObject({ code: "unavailable" });
      else expect(await run()).toMatchObject({ seen: false, seenBy: "person", cancelled: true });
      expect(shown()).toEqual(NOTHING_SHOWN);
      expect(unhandled).toEqual([]);
    },
  );

  it("a clock may give Dates of another realm", async () => {
    const foreign = runInContext("() => new Date(Date.now())", createContext({}));
    const directory = { getCompany: () => undefined, listLocations: () => [] };
    const sync = createPermitSync({ providers: [], ledger: memoryLedger(), directory, clock: foreign });
    expect(await sync.issue(permit("P-1"))).toMatchObject({ status: "recorded" });
  });
});
