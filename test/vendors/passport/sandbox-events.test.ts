import { beforeEach, describe, expect, it } from "vitest";
import type { PassportSandbox } from "../../../src/vendors/passport/sandbox/sandbox.ts";
import {
  type Client,
  changed,
  createClient,
  FEES,
  type Fields,
  JSON_TYPE,
  NOW,
  OPERATOR,
  started,
  zoneIdOf,
} from "./sandbox-client.ts";

let client: Client;
let sandbox: PassportSandbox;

beforeEach(async () => {
  client = createClient();
  sandbox = client.sandbox;
  await client.logIn();
});

describe("a started event", () => {
  it("makes a session that officers see in its half-open interval", async () => {
    const reply = await client.send("started", started(sandbox));

    expect(reply.status).toBe(200);
    expect(sandbox.sessions.get("session-1")).toEqual({
      sessionId: "session-1",
      zoneId: zoneIdOf(sandbox),
      externalZoneId: "lot-1",
      plate: "ABC123",
      state: "NB",
      country: "CA",
      startTime: new Date("2026-09-01T08:00:00.000Z"),
      endTime: new Date("2026-09-01T18:00:00.000Z"),
      status: "active",
      lastOccurredAt: new Date("2026-09-01T11:00:00.000Z"),
      events: 1,
      foreign: false,
    });
    const seen = (at: string, plate = "ABC123") => sandbox.findSessions({ plate, at: new Date(at) }).length;
    expect(seen("2026-09-01T07:59:59.999Z")).toBe(0);
    expect(seen("2026-09-01T08:00:00.000Z")).toBe(1);
    expect(seen("2026-09-01T17:59:59.999Z")).toBe(1);
    expect(seen("2026-09-01T18:00:00.000Z")).toBe(0);
    expect(seen("2026-09-01T12:00:00.000Z", "OTHER")).toBe(0);
  });

  it("is found by the zone's own id, by the third party's id, and by state", async () => {
    await client.send(
      "started",
      started(sandbox, { passport_zone_id: undefined, external_zone_id: "lot-1" }),
    );

    const found = (query: { zoneId?: string; state?: string }) =>
      sandbox.findSessions({ ...query, at: NOW }).length;
    expect(found({ zoneId: zoneIdOf(sandbox) })).toBe(1);
    expect(found({ zoneId: "lot-1" })).toBe(1);
    expect(found({ zoneId: zoneIdOf(sandbox, "102") })).toBe(0);
    expect(found({ state: "NB" })).toBe(1);
    expect(found({ state: "NS" })).toBe(0);
  });

  it("may carry every optional field", async () => {
    const reply = await client.send(
      "started",
      started(sandbox, {
        account_id: "account",
        space_number: "12",
        rate_name: "Permit",
        location_details: { level: 2 },
        payment: { type: "none" },
        vehicle: { vehicle_plate: "A", vehicle_state: "NB" },
      }),
    );

    expect(reply.status).toBe(200);
    expect(sandbox.sessions.get("session-1")).toMatchObject({ plate: "A", spaceNumber: "12" });
  });

  it("creates nothing twice when it is repeated, and is refused when it differs", async () => {
    const event = started(sandbox);

    const statuses = [
      (await client.send("started", event)).status,
      (await client.send("started", event)).status,
      (await client.send("extended", changed(sandbox))).status,
      (await client.send("started", event)).status,
      (await client.send("started", started(sandbox, { end_time: "2026-09-01T19:00:00.000Z" }))).status,
    ];

    expect(statuses).toEqual([200, 200, 200, 200, 409]);
    expect(sandbox.sessions.size).toBe(1);
    expect(sandbox.sessions.get("session-1")).toMatchObject({
      events: 2,
      endTime: new Date("2026-09-01T20:00:00.000Z"),
    });
    expect(sandbox.events.map(({ effect }) => effect)).toEqual([
      "applied",
      "repeated",
      "applied",
      "repeated",
    ]);
    expect(sandbox.violations).toEqual([]);
  });

  const refusals: [string, Fields, number, string][] = [
    ["no occurred_at", { occurred_at: undefined }, 400, "occurred_at"],
    ["no session_id", { session_id: undefined }, 400, "session_id"],
    ["an empty session_id", { session_id: "" }, 400, "session_id"],
    ["a session_id that is no text", { session_id: 7 }, 400, "session_id"],
    ["no operator_id", { operator_id: undefined }, 400, "operator_id"],
    ["an operator_id in capitals", { operator_id: OPERATOR.toUpperCase() }, 400, "operator_id"],
    ["another operator", { operator_id: "00000000-0000-4000-8000-000000000000" }, 403, "operator_id"],
    ["no zone", { passport_zone_id: undefined }, 400, "passport_zone_id"],
    ["two zones", { external_zone_id: "lot-1" }, 400, "passport_zone_id"],
    ["an unknown zone", { passport_zone_id: "nowhere" }, 422, "passport_zone_id"],
    ["a zone's number as its id", { passport_zone_id: "101" }, 422, "passport_zone_id"],
    [
      "an unknown external zone",
      { passport_zone_id: undefined, external_zone_id: "lot-9" },
      422,
      "external_zone_id",
    ],
    ["a time without milliseconds", { start_time: "2026-09-01T08:00:00Z" }, 400, "start_time"],
    ["a time with an offset", { start_time: "2026-09-01T08:00:00.000-03:00" }, 400, "start_time"],
    ["a day that does not exist", { end_time: "2026-09-31T08:00:00.000Z" }, 400, "end_time"],
    ["no start_time", { start_time: undefined }, 400, "start_time"],
    ["no end_time", { end_time: undefined }, 400, "end_time"],
    ["an end at its start", { end_time: "2026-09-01T08:00:00.000Z" }, 400, "end_time"],
    ["no vehicle", { vehicle: undefined }, 400, "vehicle"],
    ["no plate", { vehicle: { vehicle_state: "NB" } }, 400, "vehicle.vehicle_plate"],
    [
      "a plate in lower case",
      { vehicle: { vehicle_plate: "abc", vehicle_state: "NB" } },
      400,
      "vehicle.vehicle_plate",
    ],
    [
      "a plate of 13",
      { vehicle: { vehicle_plate: "ABCDEFGHIJKLM", vehicle_state: "NB" } },
      400,
      "vehicle.vehicle_plate",
    ],
    ["no state", { vehicle: { vehicle_plate: "A" } }, 400, "vehicle.vehicle_state"],
    [
      "an ISO state",
      { vehicle: { vehicle_plate: "A", vehicle_state: "CA-NB" } },
      400,
      "vehicle.vehicle_state",
    ],
    [
      "another country",
      { vehicle: { vehicle_plate: "A", vehicle_state: "NB", vehicle_country: "MX" } },
      400,
      "vehicle.vehicle_country",
    ],
    [
      "an unknown vehicle field",
      { vehicle: { vehicle_plate: "A", vehicle_state: "NB", color: "red" } },
      400,
      "vehicle",
    ],
    ["no fees", { event_fees: undefined }, 400, "event_fees"],
    ["a fee that is a number", { event_fees: { ...FEES, tax: 0 } }, 400, "event_fees.tax"],
    ["a fee without cents", { event_fees: { ...FEES, tax: "0" } }, 400, "event_fees.tax"],
    [
      "a currency in lower case",
      { event_fees: { ...FEES, currency_code: "cad" } },
      400,
      "event_fees.currency_code",
    ],
    ["total fees", { total_session_fees: FEES }, 400, "body"],
    ["an unknown field", { permit: "p" }, 400, "body"],
    ["details that are no object", { location_details: "here" }, 400, "location_details"],
  ];
  it.each(refusals)("is refused with %s", async (_, change, status, field) => {
    const good = started(sandbox, { session_id: "good" });

    const reply = await client.send("started", good, started(sandbox, change));

    expect(reply.status).toBe(status);
    const problem = await reply.json();
    expect(problem.additional_details[0]).toMatchObject({ index: 1, field });
    expect(JSON.stringify(problem)).not.toContain("ABC123");
    expect(sandbox.sessions.size).toBe(0);
    expect(sandbox.events).toEqual([]);
  });
});

describe("an extended or stopped event", () => {
  beforeEach(async () => {
    await client.send("started", started(sandbox));
  });

  it("moves the end, later or earlier", async () => {
    await client.send("extended", changed(sandbox));
    await client.send(
      "extended",
      changed(sandbox, { occurred_at: "2026-09-01T11:40:00.000Z", end_time: "2026-09-01T13:00:00.000Z" }),
    );

    expect(sandbox.sessions.get("session-1")).toMatchObject({
      status: "active",
      endTime: new Date("2026-09-01T13:00:00.000Z"),
      events: 3,
    });
  });

  it("ends the session; after a stop at the start there is nothing to see", async () => {
    const stop = changed(sandbox, { end_time: "2026-09-01T08:00:00.000Z", vehicle: undefined });

    const first = await client.send("stopped", stop);
    const again = await client.send("stopped", stop);

    expect([first.status, again.status]).toEqual([200, 200]);
    expect(sandbox.sessions.get("session-1")).toMatchObject({ status: "stopped", events: 2 });
    expect(sandbox.findSessions({ at: new Date("2026-09-01T08:00:00.000Z") })).toEqual([]);
  });

  it("leaves a stopped session visible until its end", async () => {
    await client.send("stopped", changed(sandbox, { end_time: "2026-09-01T12:00:00.001Z" }));

    expect(sandbox.findSessions({ at: NOW })).toHaveLength(1);
    expect(sandbox.findSessions({ at: new Date(NOW.getTime() + 1) })).toEqual([]);
  });

  it.each(["extended", "stopped"])("is refused with 409 after a stop: %s", async (type) => {
    await client.send("stopped", changed(sandbox));

    const reply = await client.send(type, changed(sandbox, { end_time: "2026-09-01T21:00:00.000Z" }));

    expect(reply.status).toBe(409);
    expect(await reply.json()).toMatchObject({ type: "io.passportlabs:error:session_stopped" });
  });

  const refusals: [string, Fields, number, string][] = [
    ["an unknown session", { session_id: "other" }, 404, "session_id"],
    ["no total fees", { total_session_fees: undefined }, 400, "total_session_fees"],
    ["an end before its start", { end_time: "2026-09-01T07:00:00.000Z" }, 400, "end_time"],
    ["another start", { start_time: "2026-09-01T09:00:00.000Z" }, 400, "start_time"],
    ["another plate", { vehicle: { vehicle_plate: "X", vehicle_state: "NB" } }, 400, "vehicle.vehicle_plate"],
    [
      "another state",
      { vehicle: { vehicle_plate: "ABC123", vehicle_state: "NS" } },
      400,
      "vehicle.vehicle_state",
    ],
    ["another operator", { operator_id: "00000000-0000-4000-8000-000000000000" }, 403, "operator_id"],
    ["an unknown zone", { passport_zone_id: "nowhere" }, 422, "passport_zone_id"],
  ];
  for (const type of ["extended", "stopped"]) {
    it.each(refusals)(`is refused with %s (${type})`, async (_, change, status, field) => {
      const reply = await client.send(type, changed(sandbox, change));

      expect(reply.status).toBe(status);
      expect((await reply.json()).additional_details[0]).toMatchObject({ index: 0, field });
      expect(sandbox.sessions.get("session-1")).toMatchObject({ events: 1 });
    });

    it(`is refused in another zone (${type})`, async () => {
      const reply = await client.send(type, changed(sandbox, { passport_zone_id: zoneIdOf(sandbox, "102") }));

      expect(reply.status).toBe(400);
    });
  }
});

describe("a batch", () => {
  it.each<[string, Fields]>([
    ["an unknown type", { type: "parking_session_paused" }],
    ["another version", { version: "2.0.0" }],
    ["no events", { data: [] }],
    ["data that is not an array", { data: {} }],
    ["an unknown field", { operator_id: OPERATOR }],
  ])("is refused with %s", async (_, change) => {
    const batch = { type: "parking_session_started", version: "3.0.0", data: [started(sandbox)], ...change };

    expect((await client.post("/v3/shared/events", batch)).status).toBe(400);
    expect(sandbox.sessions.size).toBe(0);
  });

  it("is refused with 413 above its limit", async () => {
    const small = createClient({ maxBatch: 1 });
    await small.logIn();
    const event = started(small.sandbox);

    expect((await small.send("started", event)).status).toBe(200);
    expect((await small.send("started", event, event)).status).toBe(413);
  });

  it("applies its events in order, also several of one session", async () => {
    await client.send("started", started(sandbox));

    const reply = await client.send(
      "extended",
      changed(sandbox),
      changed(sandbox, { occurred_at: "2026-09-01T11:45:00.000Z", end_time: "2026-09-01T14:00:00.000Z" }),
    );

    expect(reply.status).toBe(200);
    expect(sandbox.sessions.get("session-1")).toMatchObject({
      events: 3,
      endTime: new Date("2026-09-01T14:00:00.000Z"),
    });
  });
});

describe("nextEvents", () => {
  const both = () => [started(sandbox, { session_id: "one" }), started(sandbox, { session_id: "two" })];

  it("decides one reply each, in order", async () => {
    sandbox.nextEvents("ok");
    sandbox.nextEvents("accepted-dropped");

    const replies = [await client.send("started", ...both())];
    replies.push(await client.send("started", started(sandbox, { session_id: "three" })));
    replies.push(await client.send("started", started(sandbox, { session_id: "four" })));

    expect(replies.map(({ status }) => status)).toEqual([200, 202, 200]);
    expect([...sandbox.sessions.keys()]).toEqual(["one", "two", "four"]);
    expect(sandbox.events.map(({ effect }) => effect)).toEqual(["applied", "applied", "dropped", "applied"]);
  });

  it("multi-status has an outcome for each session", async () => {
    sandbox.nextEvents("multi-status", { refused: [1] });

    const reply = await client.send("started", ...both());

    expect(reply.status).toBe(207);
    expect(await reply.json()).toEqual({
      data: [
        { session_id: "one", status: 202 },
        { session_id: "two", status: 422, error: expect.objectContaining({ status: 422 }) },
      ],
    });
    expect([...sandbox.sessions.keys()]).toEqual(["one"]);
  });

  it.each([
    { refused: [0], applied: ["two"] },
    { refused: "all" as const, applied: [] },
  ])("multi-status-unreadable has no outcomes: $applied applied", async ({ refused, applied }) => {
    sandbox.nextEvents("multi-status-unreadable", { refused });

    const reply = await client.send("started", ...both());

    expect(reply.status).toBe(207);
    expect(await reply.text()).not.toMatch(/one|two/);
    expect([...sandbox.sessions.keys()]).toEqual(applied);
  });

  it("waits for a batch that could be applied", async () => {
    sandbox.nextEvents("ok");

    const refused = await client.send("started", started(sandbox, { operator_id: "x" }));
    const good = await client.send("started", started(sandbox));

    expect([refused.status, good.status]).toEqual([400, 200]);
  });
});

describe("violations", () => {
  it("record requests that overlap for one session, not those for different ones", async () => {
    const one = started(sandbox, { session_id: "one" });
    const two = started(sandbox, { session_id: "two" });

    await Promise.all([client.send("started", one), client.send("started", two)]);
    expect(sandbox.violations).toEqual([]);

    await Promise.all([client.send("started", one), client.send("started", one)]);
    expect(sandbox.violations).toEqual(["Two requests were in flight at once for session one."]);
  });

  it("do not count a request that its client aborted", async () => {
    const held = Promise.withResolvers<void>();
    const waits = [held.promise, Promise.resolve()];
    const slow = createClient({ latency: () => waits.shift() ?? Promise.resolve() });
    await slow.logIn();
    const event = started(slow.sandbox);
    const patience = new AbortController();
    const first = slow.call("/v3/shared/events", {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ type: "parking_session_started", version: "3.0.0", data: [event] }),
      signal: patience.signal,
    });
    await new Promise((resolve) => setImmediate(resolve));

    patience.abort();
    await slow.send("started", event);
    held.resolve();
    await first;

    expect(slow.sandbox.violations).toEqual([]);
    expect(slow.sandbox.events.map(({ effect }) => effect)).toEqual(["applied", "repeated"]);
  });

  it("record an event that is older than the previous one", async () => {
    await client.send("started", started(sandbox));
    await client.send("extended", changed(sandbox, { occurred_at: "2026-09-01T10:59:59.999Z" }));

    expect(sandbox.violations).toEqual(["An event for session session-1 is older than the one before it."]);
  });
});
