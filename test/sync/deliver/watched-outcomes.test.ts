import { describe, expect, it } from "vitest";
import { EnforcementError } from "../../../src/core/errors.ts";
import { WatchedOutcomes } from "../../../src/sync/deliver/watched-outcomes.ts";
import type { RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import { createVirtualTime } from "../histories/virtual-time.ts";
import { rightAt } from "../ledger/fixtures.ts";

const refusal = new EnforcementError("rejected", "No.", { vendorCode: "no" });

function setUp() {
  const time = createVirtualTime(0);
  const outcomes = new WatchedOutcomes(time.createTimers());
  const right = (reference: string): RegistrationState => ({ ...rightAt("zone"), reference });
  const pass = async (ms: number) => {
    await new Promise((resolve) => setImmediate(resolve));
    time.advance(ms);
    time.runDue();
  };
  return { time, outcomes, right, pass };
}

const written = (...references: string[]) => Promise.resolve(new Set(references));

describe("outcomes that a caller waits for", () => {
  it("resolve once every saved operation has its result; the others are left out", async () => {
    const { outcomes, right, time } = setUp();
    const watching = outcomes.watch(["a", "b", "c"], () => written("a", "b"), undefined);
    await new Promise((resolve) => setImmediate(resolve));
    outcomes.note(right("a"), { ok: true, value: undefined }, right("a"));
    outcomes.note(right("b"), { ok: false, error: refusal }, { ...right("b"), intent: null });
    outcomes.note(right("other"), { ok: true, value: undefined }, undefined);
    expect(await watching).toEqual(
      new Map<string, object>([
        ["a", { end: "acknowledged" }],
        ["b", { end: "refused", error: refusal }],
      ]),
    );
    expect(time.untilNext()).toBeUndefined();
  });

  it("are not missed when they arrive during the write", async () => {
    const { outcomes, right } = setUp();
    const watching = outcomes.watch(
      ["a"],
      async () => {
        outcomes.note(right("a"), { ok: true, value: undefined }, right("a"));
        return new Set(["a"]);
      },
      undefined,
    );
    expect(await watching).toEqual(new Map([["a", { end: "acknowledged" }]]));
  });

  it("are `pending` after a minute, when the caller's signal aborts, and when nothing is sent", async () => {
    const { outcomes, pass, right } = setUp();
    const late = outcomes.watch(["a"], () => written("a"), undefined);
    await pass(60_000);
    expect(await late).toEqual(new Map([["a", { end: "pending" }]]));

    const controller = new AbortController();
    const aborted = outcomes.watch(["a"], () => written("a"), controller.signal);
    await pass(0);
    controller.abort();
    expect(await aborted).toEqual(new Map([["a", { end: "pending" }]]));

    const down = outcomes.watch(["a", "b"], () => written("a", "b"), undefined);
    await pass(0);
    outcomes.notePutBack([{ ...right("a"), repair: { operation: "amend", whenRefused: "replace" } }]);
    outcomes.giveUp(refusal);
    expect(await down).toEqual(
      new Map<string, object>([
        ["a", { end: "pending" }],
        ["b", { end: "pending", error: refusal }],
      ]),
    );
  });

  it("reject when the write fails", async () => {
    const { outcomes, time } = setUp();
    await expect(outcomes.watch(["a"], () => Promise.reject(refusal), undefined)).rejects.toBe(refusal);
    expect(time.untilNext()).toBeUndefined();
  });
});
