import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { now, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, LIBRARY, OPERATOR, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const NO_FEES = { parking_fee: "0.00", convenience_fee: "0.00", tax: "0.00", currency_code: "CAD" };
const REFERENCE = /^0ff57ee7-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

describe("register", () => {
  it("sends one started event with exactly what the vendor documents", async () => {
    const { provider, batches, sandbox } = connect(vendor);
    const at = new Date("2026-09-15T08:30:00.000-03:00");

    const receipt = await provider.register(sampleRegistration(), { at });

    expect(receipt.reference).toMatch(REFERENCE);
    expect(batches()).toEqual([
      {
        type: "parking_session_started",
        version: "3.0.0",
        data: [
          {
            occurred_at: "2026-09-15T11:30:00.000Z",
            session_id: receipt.reference,
            operator_id: OPERATOR,
            passport_zone_id: DOWNTOWN,
            start_time: "2026-09-01T03:00:00.000Z",
            end_time: "2026-12-31T04:00:00.000Z",
            vehicle: { vehicle_plate: "GXK204", vehicle_state: "NB", vehicle_country: "CA" },
            event_fees: NO_FEES,
          },
        ],
      },
    ]);
    expect(sandbox.findSessions({ zoneId: DOWNTOWN, plate: "GXK204", state: "NB", at: now })).toHaveLength(1);
    expect(sandbox.violations).toEqual([]);
  });

  it("returns a receipt that amends and cancels it", async () => {
    const { provider } = connect(vendor);
    const registration = sampleRegistration({ generation: 2 });

    const receipt = await provider.register(registration);

    expect(receipt).toEqual({
      v: 1,
      providerId: "passport",
      reference: expect.stringMatching(REFERENCE),
      target: DOWNTOWN,
      registration: {
        companyId: "university",
        permitId: "P-1",
        locationId: "downtown",
        target: DOWNTOWN,
        plate: { number: "GXK204", region: "CA-NB" },
        validFrom: "2026-09-01T03:00:00.000Z",
        validTo: "2026-12-31T04:00:00.000Z",
        generation: 2,
      },
      coveredUntil: "2026-12-31T04:00:00.000Z",
    });
    expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt);
  });

  it.each([
    ["California", "CA", "US"],
    ["CA-ON", "ON", "CA"],
    ["Nouveau-Brunswick", "NB", "CA"],
    ["PR", "PR", "US"],
  ])("splits the region %s into state and country", async (region, vehicle_state, vehicle_country) => {
    const { provider, batches } = connect(vendor);

    await provider.register(sampleRegistration({ plate: parsePlate("7ABC123", { region }) }));

    expect(batches()[0]?.data[0]?.["vehicle"]).toEqual({
      vehicle_plate: "7ABC123",
      vehicle_state,
      vehicle_country,
    });
  });

  it.each([DOWNTOWN, LIBRARY])("sends exactly the target as zone id: %s", async (target) => {
    const { provider, batches, sandbox } = connect(vendor);

    await provider.register(sampleRegistration({ target }));

    expect(batches()[0]?.data[0]?.["passport_zone_id"]).toBe(target);
    expect([...sandbox.sessions.values()].map(({ zoneId }) => zoneId)).toEqual([target]);
  });

  it("sends an external zone id unchanged, without requesting zones", async () => {
    const { provider, batches, sandbox, count } = connect(vendor, { provider: { zoneIds: "external" } });

    await provider.register(sampleRegistration({ target: "lot-2" }));

    expect(batches()[0]?.data[0]).toMatchObject({ external_zone_id: "lot-2" });
    expect(batches()[0]?.data[0]).not.toHaveProperty("passport_zone_id");
    expect([...sandbox.sessions.values()].map(({ zoneId }) => zoneId)).toEqual([LIBRARY]);
    expect(count("/zones")).toBe(0);
    expect(provider.capabilities.find).toBe(false);
  });

  it("lowers the operator id, which the wire requires in lower case", async () => {
    const { provider, batches } = connect(vendor, {
      provider: { operatorId: ` ${OPERATOR.toUpperCase()} ` },
    });

    await provider.register(sampleRegistration());

    expect(batches()[0]?.data[0]?.["operator_id"]).toBe(OPERATOR);
  });

  it("sends an end openEndedDays ahead for a right without an end, from its start or from now", async () => {
    const { provider, batches } = connect(vendor, { provider: { openEndedDays: 10 } });

    const running = await provider.register(sampleRegistration({ validTo: null }));
    const future = await provider.register(
      sampleRegistration({ validFrom: new Date("2026-10-01T00:00:00.000Z"), validTo: null }),
    );

    expect(running).toMatchObject({
      coveredUntil: "2026-09-25T12:00:00.000Z",
      registration: { validTo: null },
    });
    expect(future.coveredUntil).toBe("2026-10-11T00:00:00.000Z");
    expect(batches().map(({ data }) => data[0]?.["end_time"])).toEqual([
      running.coveredUntil,
      future.coveredUntil,
    ]);
    expect(provider.capabilities.openEndedDays).toBe(10);
  });

  it("sends the same bytes when it is repeated with the same instant, which changes nothing", async () => {
    const { provider, batches, sandbox, pass } = connect(vendor);
    const at = new Date("2026-09-15T11:00:00.000Z");

    const first = await provider.register(sampleRegistration({ validTo: null }), { at });
    pass(90_000);
    const second = await provider.register(sampleRegistration({ validTo: null }), { at });

    expect(second).toEqual(first);
    expect(batches()[1]).toEqual(batches()[0]);
    expect(sandbox.events.map(({ effect }) => effect)).toEqual(["applied", "repeated"]);
    expect(sandbox.sessions.size).toBe(1);
  });
});

describe("amend", () => {
  it("sends an extension that carries the session's start and the new end", async () => {
    const { provider, batches, sandbox } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());
    const at = new Date("2026-09-15T12:30:00.000Z");

    const amended = await provider.amend(receipt, { validTo: new Date("2027-01-31T04:00:00.000Z"), at });

    expect(batches()[1]).toEqual({
      type: "parking_session_extended",
      version: "3.0.0",
      data: [
        {
          ...batches()[0]?.data[0],
          occurred_at: "2026-09-15T12:30:00.000Z",
          end_time: "2027-01-31T04:00:00.000Z",
          total_session_fees: NO_FEES,
        },
      ],
    });
    expect(amended).toEqual({
      ...receipt,
      coveredUntil: "2027-01-31T04:00:00.000Z",
      registration: { ...receipt.registration, validTo: "2027-01-31T04:00:00.000Z" },
    });
    expect(sandbox.sessions.get(receipt.reference)).toMatchObject({
      endTime: new Date("2027-01-31T04:00:00.000Z"),
      status: "active",
    });
  });

  it("shortens with an extension whose end is earlier", async () => {
    const { provider, batches, seen } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());

    await provider.amend(receipt, { validTo: new Date("2026-09-16T00:00:00.000Z") });

    expect(batches()[1]?.type).toBe("parking_session_extended");
    expect(seen(new Date("2026-09-15T23:59:59.999Z"))).toEqual(["GXK204"]);
    expect(seen(new Date("2026-09-16T00:00:00.000Z"))).toEqual([]);
  });

  it.each([
    ["that has passed", "2026-09-10T00:00:00.000Z"],
    ["of this very instant", "2026-09-15T12:00:00.000Z"],
  ])("stops a session with an end %s", async (_, end) => {
    const { provider, batches, sandbox, seen } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());

    const amended = await provider.amend(receipt, { validTo: new Date(end) });

    expect(batches()[1]).toMatchObject({ type: "parking_session_stopped", data: [{ end_time: end }] });
    expect(amended.coveredUntil).toBe(end);
    expect(sandbox.sessions.get(receipt.reference)?.status).toBe("stopped");
    expect(seen()).toEqual([]);
  });

  it("removes an end: the right is covered openEndedDays from now", async () => {
    const { provider, sandbox, pass } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());
    pass(86_400_000);

    const amended = await provider.amend(receipt, { validTo: null });

    expect(amended).toMatchObject({
      coveredUntil: "2026-10-16T12:00:00.000Z",
      registration: { validTo: null },
    });
    expect(sandbox.sessions.get(receipt.reference)?.endTime.toISOString()).toBe(amended.coveredUntil);
  });

  it("extends an open-ended right further each time", async () => {
    const { provider, pass } = connect(vendor);
    let receipt = await provider.register(sampleRegistration({ validTo: null }));
    const covered = [receipt.coveredUntil];

    for (let month = 0; month < 2; month += 1) {
      pass(25 * 86_400_000);
      receipt = await provider.amend(receipt, { validTo: null });
      covered.push(receipt.coveredUntil);
    }

    expect(covered).toEqual([
      "2026-10-15T12:00:00.000Z",
      "2026-11-09T12:00:00.000Z",
      "2026-12-04T12:00:00.000Z",
    ]);
  });
});

describe("cancel", () => {
  it.each([
    ["in the middle of the right, at the instant", "2026-09-15T12:00:00.000Z", "2026-09-15T12:00:00.000Z"],
    ["before the right starts, at its start", "2026-08-01T00:00:00.000Z", "2026-09-01T03:00:00.000Z"],
    ["after the right has ended, at its end", "2027-03-01T00:00:00.000Z", "2026-12-31T04:00:00.000Z"],
  ])("stops the session %s", async (_, at, end_time) => {
    const { provider, batches, sandbox } = connect(vendor);
    const receipt = await provider.register(sampleRegistration(), {
      at: new Date("2026-07-01T00:00:00.000Z"),
    });

    await provider.cancel(receipt, { at: new Date(at) });

    expect(batches()[1]).toMatchObject({
      type: "parking_session_stopped",
      data: [
        {
          session_id: receipt.reference,
          occurred_at: at,
          end_time,
          event_fees: NO_FEES,
          total_session_fees: NO_FEES,
          passport_zone_id: DOWNTOWN,
        },
      ],
    });
    expect(sandbox.sessions.get(receipt.reference)).toMatchObject({
      status: "stopped",
      endTime: new Date(end_time),
    });
    for (const instant of ["2026-09-01T03:00:00.000Z", "2026-12-31T04:00:00.000Z"]) {
      if (instant >= end_time) expect(sandbox.findSessions({ at: new Date(instant) })).toEqual([]);
    }
  });

  it("of a session that Passport does not know is a success", async () => {
    const other = connect(vendor);
    const receipt = await other.provider.register(sampleRegistration());
    const { provider, sandbox } = connect(vendor);

    expect(await provider.cancel(receipt)).toBeUndefined();
    expect(sandbox.sessions.size).toBe(0);
  });

  it("may be repeated, with the same instant or with a later one", async () => {
    const { provider, sandbox, pass } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());
    const at = new Date("2026-09-15T12:00:00.000Z");

    await provider.cancel(receipt, { at });
    await provider.cancel(receipt, { at });
    pass(60_000);
    await provider.cancel(receipt);

    expect(sandbox.sessions.get(receipt.reference)?.endTime).toEqual(at);
  });

  it("of a right that was amended to the past before is a success", async () => {
    const { provider, pass } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());
    const amended = await provider.amend(receipt, { validTo: new Date("2026-09-10T00:00:00.000Z") });
    pass(60_000);

    expect(await provider.cancel(amended)).toBeUndefined();
  });

  it("is refused where Passport has a conflict and still shows the session", async () => {
    const { provider } = connect(vendor, {
      async instead(request) {
        const stops = request.url.endsWith("/events") && (await request.clone().text()).includes("_stopped");
        return stops ? Response.json({ type: "io.passportlabs:error:locked" }, { status: 409 }) : undefined;
      },
    });
    const receipt = await provider.register(sampleRegistration());

    await expect(provider.cancel(receipt)).rejects.toMatchObject({ code: "rejected", vendorCode: "locked" });
  });

  it("is repeated where a 404 does not come from Passport", async () => {
    const { provider, faults, seen } = connect(vendor, { provider: { retries: 0 } });
    const receipt = await provider.register(sampleRegistration());
    faults.add({ kind: "status", status: 404, body: "<h1>Not here</h1>", path: "/events" });

    await expect(provider.cancel(receipt)).rejects.toMatchObject({
      code: "unavailable",
      status: 404,
      outcome: "unknown",
      retryable: true,
    });

    await provider.cancel(receipt);
    expect(seen()).toEqual([]);
  });

  it("uses the receipt's target, wherever the location points by now", async () => {
    const { provider, batches, seen } = connect(vendor);
    const before = await provider.register(sampleRegistration({ target: DOWNTOWN }));
    const after = await provider.register(sampleRegistration({ target: LIBRARY }));

    await provider.cancel(before);

    expect(batches()[2]?.data[0]).toMatchObject({
      session_id: before.reference,
      passport_zone_id: DOWNTOWN,
    });
    expect(after.reference).not.toBe(before.reference);
    expect([seen(now, DOWNTOWN), seen(now, LIBRARY)]).toEqual([[], ["GXK204"]]);
  });

  it("uses the zone that a number meant at registration, though it means another one now", async () => {
    const before = connect(vendor);
    const receipt = await before.provider.register(sampleRegistration({ target: "101" }));
    const { provider, batches } = connect(vendor, {
      sandbox: { zones: [{ id: LIBRARY, number: "101", name: "Renumbered" }] },
    });

    await provider.cancel(receipt).catch(() => {});

    expect(batches()[1]?.data[0]?.["passport_zone_id"]).toBe(DOWNTOWN);
  });
});

describe("a printed provider", () => {
  it("shows no secret", async () => {
    const { inspect } = await import("node:util");
    const { provider, sandbox } = connect(vendor);
    await provider.register(sampleRegistration());

    const printed = `${inspect(provider, { depth: 10, showHidden: true })} ${JSON.stringify(provider)}`;

    expect(printed).not.toContain(sandbox.clientSecret);
    expect(printed).toContain("passport");
    expect(Object.isFrozen(provider)).toBe(true);
  });
});
