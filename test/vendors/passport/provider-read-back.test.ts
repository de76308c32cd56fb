import { beforeEach, describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { failuresOf } from "../../support/outcomes.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, manyRegistrations, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe("a reply that says accepted", () => {
  it("is read back, plate by plate", async () => {
    const { provider, sandbox, count } = connect(vendor);
    sandbox.nextEvents("accepted");

    const outcomes = await provider.registerMany(manyRegistrations(3));

    expect(failuresOf(outcomes)).toEqual([]);
    expect([count("/events"), count("/parking-rights")]).toEqual([1, 3]);
    expect(sandbox.sessions.size).toBe(3);
  });

  it("and then loses the change is corrected by a repeat", async () => {
    const { provider, sandbox, batches } = connect(vendor);
    sandbox.nextEvents("accepted-dropped");

    const receipt = await provider.register(sampleRegistration());

    expect(batches()).toHaveLength(2);
    expect(batches()[1]).toEqual(batches()[0]);
    expect(sandbox.events.map(({ effect }) => effect)).toEqual(["dropped", "applied"]);
    expect([...sandbox.sessions.keys()]).toEqual([receipt.reference]);
  });

  it("and loses an extension is corrected by a repeat", async () => {
    const { provider, sandbox } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());
    sandbox.nextEvents("accepted-dropped");
    const validTo = new Date("2027-02-01T00:00:00.000Z");

    await provider.amend(receipt, { validTo });

    expect(sandbox.sessions.get(receipt.reference)?.endTime).toEqual(validTo);
  });

  it("and loses a cancellation is corrected by a repeat: the plate must not stay", async () => {
    const { provider, sandbox, seen, pass } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());
    sandbox.nextEvents("accepted-dropped");
    pass(60_000);

    await provider.cancel(receipt);

    expect(seen()).toEqual([]);
    expect(sandbox.events.map(({ effect }) => effect)).toEqual(["applied", "dropped", "applied"]);
  });

  it("and never shows one of ten leaves that one unknown, and repeats nothing else", async () => {
    const { provider, sandbox, batches } = connect(vendor, {
      provider: { retries: 2 },
      instead(request) {
        const { pathname, searchParams } = new URL(request.url);
        const isHidden =
          pathname.endsWith("/parking-rights") && searchParams.get("vehicle_plate") === "AB0007";
        return isHidden ? Response.json({ data: [] }) : undefined;
      },
    });
    for (let reply = 0; reply < 3; reply += 1) sandbox.nextEvents("accepted");

    const outcomes = await provider.registerMany(manyRegistrations(10));

    expect(failuresOf(outcomes)).toMatchObject([
      { index: 7, code: "unavailable", outcome: "unknown", status: 202, attempts: 3, retryable: true },
    ]);
    expect(batches().map(({ data }) => data.length)).toEqual([10, 1, 1]);
    expect(sandbox.sessions.size).toBe(10);
  });

  it("counts where the account may not read back, and the capability turns false", async () => {
    const { provider, sandbox, count } = connect(vendor, { sandbox: { readBack: false } });
    sandbox.nextEvents("accepted");
    sandbox.nextEvents("accepted");
    expect(provider.capabilities.find).toBe(true);

    await provider.register(sampleRegistration());
    await provider.register(sampleRegistration({ permitId: "P-2" }));

    expect(provider.capabilities.find).toBe(false);
    expect(count("/parking-rights")).toBe(1);
    expect(sandbox.sessions.size).toBe(2);
  });

  it("counts for a right that has not begun", async () => {
    const { provider, sandbox, count } = connect(vendor);
    sandbox.nextEvents("accepted");

    await provider.register(sampleRegistration({ validFrom: new Date("2026-10-01T00:00:00.000Z") }));

    expect(count("/parking-rights")).toBe(0);
    expect(sandbox.sessions.size).toBe(1);
  });
});

describe("find", () => {
  it("returns what officers see for a plate in a zone, rights of other systems included", async () => {
    const { provider, sandbox } = connect(vendor);
    const { reference } = await provider.register(sampleRegistration());
    sandbox.addForeignSession({
      zoneId: DOWNTOWN,
      plate: "GXK204",
      state: "NB",
      sessionId: "meter-1",
      startTime: new Date("2026-09-15T11:00:00.000Z"),
      endTime: new Date("2026-09-15T13:00:00.000Z"),
    });
    const plate = parsePlate("gxk-204", { region: "NB" });

    expect(await provider.find({ plate, target: "101" })).toEqual([
      {
        reference,
        target: DOWNTOWN,
        validFrom: new Date("2026-09-01T03:00:00.000Z"),
        validTo: new Date("2026-12-31T04:00:00.000Z"),
      },
      {
        reference: "meter-1",
        target: DOWNTOWN,
        validFrom: new Date("2026-09-15T11:00:00.000Z"),
        validTo: new Date("2026-09-15T13:00:00.000Z"),
      },
    ]);
  });

  it("returns nothing for an unknown plate, another region, or a record that cannot be read", async () => {
    const { provider } = connect(vendor);
    await provider.register(sampleRegistration());

    expect(await provider.find({ plate: parsePlate("NOBODY"), target: DOWNTOWN })).toEqual([]);
    expect(await provider.find({ plate: parsePlate("GXK204", { region: "ME" }), target: DOWNTOWN })).toEqual(
      [],
    );
    expect(await provider.find({ plate: parsePlate("GXK204"), target: DOWNTOWN })).toHaveLength(1);
  });

  it("is unsupported where the account lacks the scope, without asking twice", async () => {
    const { provider, count } = connect(vendor, { sandbox: { readBack: false } });
    const query = { plate: parsePlate("GXK204"), target: DOWNTOWN };

    const first = await failureOf(() => provider.find(query));
    const second = await failureOf(() => provider.find(query));

    for (const error of [first, second]) {
      expect(error).toMatchObject({ code: "unsupported", operation: "find", retryable: false });
    }
    expect(count("/parking-rights")).toBe(1);
    expect(provider.capabilities).toEqual({
      batchSize: 100,
      openEndedDays: 30,
      ownReferences: true,
      listZones: true,
      find: false,
      listRegistrations: false,
    });
  });

  it("names a target that is not a zone", async () => {
    const { provider } = connect(vendor);

    expect(
      await failureOf(() => provider.find({ plate: parsePlate("GXK204"), target: "999" })),
    ).toMatchObject({ code: "invalid_input", field: "query.target", operation: "find" });
  });
});
