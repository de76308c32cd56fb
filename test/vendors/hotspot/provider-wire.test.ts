import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { now } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, ORIGIN, registration, SPOT } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const OUR_REFERENCE = /^0ff57ee7-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;
const paths = () => vendor.requests.map(({ method, url }) => `${method} ${url.pathname}`);
const bodies = () => vendor.requests.map(({ body }) => JSON.parse(body));

describe("register", () => {
  it("creates one record with exactly the fields of the default contract", async () => {
    const { provider, sandbox } = connect(vendor);

    const receipt = await provider.register(registration());

    expect(paths()).toEqual(["POST /hotspot/permits"]);
    expect(bodies()).toEqual([
      {
        PermitReference: expect.stringMatching(OUR_REFERENCE),
        Plate: "GXK204",
        Region: "NB",
        Country: "CA",
        SpotID: "00142",
        StartTime: "2026-09-01T03:00:00.000Z",
        EndTime: "2026-12-31T04:00:00.000Z",
      },
    ]);
    expect(vendor.requests[0]?.headers.get("authorization")).toBe("Bearer token-1");
    expect(vendor.requests[0]?.headers.has("x-company-token")).toBe(false);
    expect(receipt).toEqual({
      v: 1,
      providerId: "hotspot",
      reference: "HS-000001",
      target: "00142",
      registration: {
        companyId: "university",
        permitId: "P-1",
        locationId: "downtown",
        target: "00142",
        plate: { number: "GXK204", region: "CA-NB" },
        validFrom: "2026-09-01T03:00:00.000Z",
        validTo: "2026-12-31T04:00:00.000Z",
        generation: 0,
      },
      coveredUntil: "2026-12-31T04:00:00.000Z",
    });
    expect(JSON.parse(JSON.stringify(receipt))).toEqual(receipt);
    expect(sandbox.findPermits({ spotId: "00142", plate: "GXK204", at: now })).toHaveLength(1);
  });

  it("keeps leading zeros, and accepts any text as a SpotID", async () => {
    const { provider, sandbox } = connect(vendor, { sandbox: { spotIds: ["00142", "142", "Lot B/é"] } });

    for (const target of ["00142", "142", "Lot B/é"]) await provider.register(registration({ target }));

    expect(bodies().map(({ SpotID }) => SpotID)).toEqual(["00142", "142", "Lot B/é"]);
    expect([...sandbox.permits.values()].map(({ spotId }) => spotId)).toEqual(["00142", "142", "Lot B/é"]);
  });

  it.each([
    ["California", "CA", "US"],
    ["CA-QC", "QC", "CA"],
  ])("splits the region %s into region and country", async (region, Region, Country) => {
    const { provider } = connect(vendor);

    await provider.register(registration({ plate: parsePlate("7ABC123", { region }) }));

    expect(bodies()[0]).toMatchObject({ Plate: "7ABC123", Region, Country });
  });

  it("sends an end openEndedDays ahead for a right without an end", async () => {
    const { provider } = connect(vendor, { provider: { openEndedDays: 7 } });

    const receipt = await provider.register(registration({ validTo: null }));

    expect(receipt).toMatchObject({
      coveredUntil: "2026-09-22T12:00:00.000Z",
      registration: { validTo: null },
    });
    expect(bodies()[0].EndTime).toBe(receipt.coveredUntil);
    expect(provider.capabilities).toEqual({
      batchSize: 1,
      openEndedDays: 7,
      listZones: false,
      find: false,
      listRegistrations: false,
      ownReferences: true,
    });
  });
});

describe("amend", () => {
  it("sends the new end under both references", async () => {
    const { provider, sandbox } = connect(vendor);
    const receipt = await provider.register(registration());
    const validTo = new Date("2027-01-31T04:00:00.000Z");

    const amended = await provider.amend(receipt, { validTo });

    expect(paths()[1]).toBe("POST /hotspot/permits/update");
    expect(bodies()[1]).toEqual({
      PermitReference: bodies()[0].PermitReference,
      Reference: "HS-000001",
      EndTime: "2027-01-31T04:00:00.000Z",
    });
    expect(amended).toEqual({
      ...receipt,
      coveredUntil: "2027-01-31T04:00:00.000Z",
      registration: { ...receipt.registration, validTo: "2027-01-31T04:00:00.000Z" },
    });
    expect([...sandbox.permits.values()]).toMatchObject([{ endTime: validTo, status: "active" }]);
  });

  it("may shorten, also to an end in the past", async () => {
    const { provider, seen } = connect(vendor);
    const receipt = await provider.register(registration());

    await provider.amend(receipt, { validTo: new Date("2026-09-10T00:00:00.000Z") });

    expect(seen()).toEqual([]);
    expect(seen(new Date("2026-09-09T00:00:00.000Z"))).toEqual(["GXK204"]);
  });

  it("removes an end: the right is covered openEndedDays from now", async () => {
    const { provider, pass } = connect(vendor);
    const receipt = await provider.register(registration());
    pass(86_400_000);

    expect((await provider.amend(receipt, { validTo: null })).coveredUntil).toBe("2026-10-16T12:00:00.000Z");
  });
});

describe("cancel", () => {
  it.each([
    ["in the middle of the right, at the instant", "2026-09-15T12:00:00.000Z", "2026-09-15T12:00:00.000Z"],
    ["before the right starts, at its start", "2026-08-01T00:00:00.000Z", "2026-09-01T03:00:00.000Z"],
    ["after the right has ended, at its end", "2027-03-01T00:00:00.000Z", "2026-12-31T04:00:00.000Z"],
  ])("ends it %s", async (_, at, EndTime) => {
    const { provider, sandbox } = connect(vendor);
    const receipt = await provider.register(registration());

    await provider.cancel(receipt, { at: new Date(at) });

    expect(paths()[1]).toBe("POST /hotspot/permits/cancel");
    expect(bodies()[1]).toEqual({
      PermitReference: bodies()[0].PermitReference,
      Reference: "HS-000001",
      EndTime,
    });
    expect([...sandbox.permits.values()]).toMatchObject([
      { status: "cancelled", endTime: new Date(EndTime) },
    ]);
  });

  it("may be repeated, and counts a right that HotSpot does not know as ended", async () => {
    const { provider } = connect(vendor);
    const receipt = await provider.register(registration());
    await provider.cancel(receipt);
    await provider.cancel(receipt, { at: new Date("2026-09-20T00:00:00.000Z") });

    const stranger = connect(vendor);
    expect(await stranger.provider.cancel(receipt)).toBeUndefined();
    expect(stranger.sandbox.permits.size).toBe(0);
  });

  it("does not affect another permit's right for the same plate and spot", async () => {
    const { provider, seen } = connect(vendor);
    const one = await provider.register(registration({ permitId: "P-1" }));
    await provider.register(registration({ permitId: "P-2" }));

    await provider.cancel(one);

    expect(seen()).toEqual(["GXK204"]);
  });

  it("uses the receipt's target, wherever the location points by now", async () => {
    const { provider, sandbox, seen } = connect(vendor);
    const before = await provider.register(registration({ target: "14283" }));
    await provider.register(registration({ target: "15320" }));

    await provider.cancel(before);

    expect([seen(now, "14283"), seen(now, "15320")]).toEqual([[], ["GXK204"]]);
    expect(sandbox.permits.size).toBe(2);
  });
});

describe("identity", () => {
  it("gives three records to a plate that changes from A to B and back to A", async () => {
    const { provider, sandbox, seen } = connect(vendor);
    const [a, b] = ["AAA111", "BBB222"].map((text) => parsePlate(text, { region: "NB" }));
    if (!a || !b) throw new Error("Two plates were made.");

    const first = await provider.register(registration({ plate: a }));
    const second = await provider.register(registration({ plate: b }));
    await provider.cancel(first);
    await provider.register(registration({ plate: a, generation: 1 }));
    await provider.cancel(second);

    expect([...sandbox.permits.values()].map(({ plate, status }) => [plate, status])).toEqual([
      ["AAA111", "cancelled"],
      ["BBB222", "cancelled"],
      ["AAA111", "active"],
    ]);
    expect(seen()).toEqual(["AAA111"]);
  });

  it("is unchanged in a stored receipt", async () => {
    const { provider, sandbox } = connect(vendor);
    const stored = JSON.stringify(await provider.register(registration({ generation: 3 })));

    await provider.amend(JSON.parse(stored), { validTo: new Date("2027-02-01T00:00:00.000Z") });
    await provider.cancel(JSON.parse(stored));

    expect(sandbox.permits.size).toBe(1);
    expect([...sandbox.permits.values()]).toMatchObject([{ status: "cancelled" }]);
  });
});

describe("the provider", () => {
  it("shows no secret when it is printed", async () => {
    const { provider } = connect(vendor, {
      sandbox: { companyToken: "company-1" },
      provider: { companyToken: "company-1" },
    });
    await provider.register(registration());

    const printed = `${inspect(provider, { depth: 10, showHidden: true })} ${JSON.stringify(provider)}`;

    expect(printed).not.toMatch(/token-1|company-1/);
    expect(provider).toMatchObject({ id: "hotspot", vendor: "hotspot", delivery: "push" });
    expect(Object.isFrozen(provider)).toBe(true);
    expect([SPOT in provider, "find" in provider, "listZones" in provider]).toEqual([false, false, false]);
  });

  it("uses its own id and tokens when it validates a mapping", () => {
    const { provider } = connect(vendor, { provider: { id: "hotspot-east" } });
    const company = {
      id: "university",
      name: "University",
      providers: { "hotspot-east": { enabled: true } },
    };
    const location = {
      id: "downtown",
      companyId: "university",
      name: "Downtown Lot",
      providers: { "hotspot-east": { enabled: true, target: SPOT } },
    };

    const report = provider.validateMapping({ company, locations: [location], providerId: "hotspot-east" });

    expect(report).toMatchObject({ ok: true, matches: [{ target: SPOT }] });
  });
});
