import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Registration } from "../../../src/core/registration/registration.ts";
import { failuresOf, receiptsOf } from "../../support/outcomes.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, manyRegistrations, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe("registerMany", () => {
  it("sends 250 registrations in three requests of at most a hundred", async () => {
    const { provider, sandbox, batches } = connect(vendor);

    const outcomes = await provider.registerMany(manyRegistrations(250));

    expect(batches().map(({ data }) => data.length)).toEqual([100, 100, 50]);
    expect(receiptsOf(outcomes).map(({ registration }) => registration.permitId)).toEqual(
      Array.from({ length: 250 }, (_, index) => `P-${index}`),
    );
    expect(sandbox.sessions.size).toBe(250);
    expect(sandbox.violations).toEqual([]);
    expect(provider.capabilities.batchSize).toBe(100);
  });

  it("sends nothing for an empty list", async () => {
    const { provider } = connect(vendor);

    expect(await provider.registerMany([])).toEqual([]);
    expect(await provider.amendMany([])).toEqual([]);
    expect(await provider.cancelMany([])).toEqual([]);
    expect(vendor.requests).toEqual([]);
  });

  it.each([0, 42, 99])("fails exactly the one bad item of a hundred, at %i", async (bad) => {
    const { provider, sandbox, count } = connect(vendor);
    const registrations = manyRegistrations(100).map((registration, index) =>
      index === bad ? { ...registration, target: "99999999-9999-4999-8999-999999999999" } : registration,
    );

    const outcomes = await provider.registerMany(registrations);

    expect(failuresOf(outcomes)).toMatchObject([
      {
        index: bad,
        code: "rejected",
        status: 422,
        vendorCode: "zone_not_found",
        operation: "registerMany",
        outcome: "not_applied",
        attempts: 1,
      },
    ]);
    expect(sandbox.sessions.size).toBe(99);
    expect(count("/events")).toBeLessThanOrEqual(15);
  });

  it("sends smaller batches to a vendor that accepts no hundred", async () => {
    const { provider, sandbox } = connect(vendor, { sandbox: { maxBatch: 30 } });

    const outcomes = await provider.registerMany(manyRegistrations(100));

    expect(failuresOf(outcomes)).toEqual([]);
    expect(sandbox.sessions.size).toBe(100);
  });

  it.each([404, 405])("does not halve for a %i that does not come from Passport", async (status) => {
    const { provider, faults, count } = connect(vendor, { provider: { retries: 0 } });
    faults.add({
      kind: "status",
      status,
      body: "<p>proxy",
      path: "/events",
      times: Number.POSITIVE_INFINITY,
    });

    const outcomes = await provider.registerMany(manyRegistrations(50));

    expect(failuresOf(outcomes)).toHaveLength(50);
    expect(count("/events")).toBe(1);
  });

  it("halves for a gateway that refuses a request of that length, though not in Passport's error format", async () => {
    const { provider, sandbox } = connect(vendor, {
      provider: { retries: 0 },
      async instead(request) {
        const isLong = (await request.clone().text()).length > 10_000;
        return isLong ? new Response("<h1>413 Request Entity Too Large</h1>", { status: 413 }) : undefined;
      },
    });

    expect(failuresOf(await provider.registerMany(manyRegistrations(50)))).toEqual([]);
    expect(sandbox.sessions.size).toBe(50);
  });

  it("returns an outcome for every input, in order, invalid ones included", async () => {
    const { provider, sandbox } = connect(vendor);
    const [one, two] = manyRegistrations(2);
    const inputs: unknown[] = [null, one, 7, "plate", undefined, [], two, { ...one, plate: "GXK204" }];
    inputs[9] = one;

    const outcomes = await provider.registerMany(inputs as Registration[]);

    expect(outcomes.map(({ ok }) => ok)).toEqual([
      ...[false, true, false, false, false, false, true, false, false, true],
    ]);
    expect(failuresOf(outcomes).map(({ index, ...error }) => [index, error])).toEqual(
      [0, 2, 3, 4, 5, 7, 8].map((index) => [
        index,
        expect.objectContaining({
          code: "invalid_input",
          operation: "registerMany",
          providerId: "passport",
          field: expect.stringContaining(`registrations[${index}]`),
        }),
      ]),
    );
    expect(sandbox.sessions.size).toBe(2);
  });

  it("sends a duplicate registration after the first one, and creates one session", async () => {
    const { provider, sandbox, batches } = connect(vendor);
    const [one, two, three] = manyRegistrations(3);
    if (!one || !two || !three) throw new Error("Three registrations were asked for.");

    const outcomes = await provider.registerMany([one, two, one, three, one]);

    expect(failuresOf(outcomes)).toEqual([]);
    expect(receiptsOf(outcomes).map(({ reference }) => reference)).toHaveLength(5);
    expect(new Set(receiptsOf(outcomes).map(({ reference }) => reference)).size).toBe(3);
    expect(batches().map(({ data }) => data.length)).toEqual([2, 2, 1]);
    expect(sandbox.sessions.size).toBe(3);
    expect(sandbox.violations).toEqual([]);
  });

  it("returns an outcome for every input when it is aborted", async () => {
    const { provider, sandbox } = connect(vendor);
    const signal = AbortSignal.abort();

    const outcomes = await provider.registerMany(manyRegistrations(250), { signal });

    expect(failuresOf(outcomes).map(({ code, outcome }) => `${code} ${outcome}`)).toEqual(
      Array(250).fill("aborted not_applied"),
    );
    expect(sandbox.sessions.size).toBe(0);
  });

  it("tells for each input, when it is aborted in the middle, whether its outcome is known", async () => {
    const controller = new AbortController();
    const { provider, sandbox } = connect(vendor, {
      provider: { concurrency: 1 },
      instead(request) {
        if (request.url.endsWith("/events") && sandbox.sessions.size === 100) controller.abort();
        return undefined;
      },
    });

    const outcomes = await provider.registerMany(manyRegistrations(250), { signal: controller.signal });

    expect(outcomes.slice(0, 100).every(({ ok }) => ok)).toBe(true);
    expect(failuresOf(outcomes).map(({ index, code, outcome }) => `${index} ${code} ${outcome}`)).toEqual([
      ...Array.from({ length: 100 }, (_, index) => `${100 + index} aborted unknown`),
      ...Array.from({ length: 50 }, (_, index) => `${200 + index} aborted not_applied`),
    ]);
  });
});

describe("amendMany and cancelMany", () => {
  it("send events of one type in one request", async () => {
    const { provider, sandbox, batches } = connect(vendor);
    const receipts = receiptsOf(await provider.registerMany(manyRegistrations(6)));
    const later = new Date("2027-02-01T00:00:00.000Z");
    const past = new Date("2026-09-10T00:00:00.000Z");

    const amended = await provider.amendMany(
      receipts.map((receipt, index) => ({ receipt, validTo: index % 2 === 0 ? later : past })),
    );

    expect(failuresOf(amended)).toEqual([]);
    expect(
      batches()
        .slice(1)
        .map(({ type, data }) => [type, data.length]),
    ).toEqual([
      ["parking_session_extended", 3],
      ["parking_session_stopped", 3],
    ]);
    const [, second] = receipts;
    expect(second && sandbox.sessions.get(second.reference)?.status).toBe("stopped");

    expect(failuresOf(await provider.cancelMany(receipts))).toEqual([]);
    expect([...sandbox.sessions.values()].map(({ status }) => status)).toEqual(Array(6).fill("stopped"));
    expect(sandbox.violations).toEqual([]);
  });

  it("return an outcome for every input, invalid ones included", async () => {
    const { provider } = connect(vendor);
    const [receipt] = receiptsOf(await provider.registerMany(manyRegistrations(1)));
    if (!receipt) throw new Error("A receipt was expected.");
    const validTo = new Date("2027-02-01T00:00:00.000Z");

    const amended = await provider.amendMany([
      null as never,
      { receipt, validTo },
      { receipt, validTo: new Date("2026-01-01T00:00:00.000Z") },
      { receipt } as never,
      { receipt: 7 as never, validTo },
      { receipt, validTo, at: validTo } as never,
    ]);
    const cancelled = await provider.cancelMany([7 as never, receipt, { ...receipt, v: 2 } as never]);

    expect(failuresOf(amended).map(({ index, field }) => [index, field])).toEqual([
      [0, "changes[0]"],
      [2, "changes[2].validTo"],
      [3, "changes[3].validTo"],
      [4, "changes[4].receipt"],
      [5, "changes[5]"],
    ]);
    expect(failuresOf(cancelled).map(({ index, field }) => [index, field])).toEqual([
      [0, "receipts[0]"],
      [2, "receipts[2].v"],
    ]);
  });

  it("keep the order of changes to one session", async () => {
    const { provider, sandbox, batches } = connect(vendor);
    const [one, two] = receiptsOf(await provider.registerMany(manyRegistrations(2)));
    if (!one || !two) throw new Error("Two receipts were expected.");
    const later = (day: number) => new Date(Date.UTC(2027, 0, day));
    const past = new Date("2026-09-10T00:00:00.000Z");

    const amended = await provider.amendMany([
      { receipt: two, validTo: later(1) },
      { receipt: one, validTo: later(2) },
      { receipt: one, validTo: past },
      { receipt: one, validTo: later(3) },
    ]);

    // The last change is too late for a session that was stopped before it, as it would be on its own.
    expect(failuresOf(amended)).toMatchObject([{ index: 3, vendorCode: "session_stopped" }]);
    expect(
      batches()
        .slice(1)
        .map(({ data }) => data.length),
    ).toEqual([2, 1, 1]);
    expect(sandbox.sessions.get(one.reference)).toMatchObject({ status: "stopped", endTime: past });
    expect(sandbox.violations).toEqual([]);
  });
});
