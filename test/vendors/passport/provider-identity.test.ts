import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { type HostRegistration, now, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, LIBRARY, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const nb = (text: string) => parsePlate(text, { region: "NB" });

describe("the session id", () => {
  it("is the same for the same registration, from any provider with the same id", async () => {
    const one = await connect(vendor).provider.register(sampleRegistration());
    const other = await connect(vendor).provider.register(sampleRegistration());

    expect(other.reference).toBe(one.reference);
  });

  it.each<[string, Partial<HostRegistration>]>([
    ["company", { companyId: "city" }],
    ["permit", { permitId: "P-2" }],
    ["location", { locationId: "library" }],
    ["plate", { plate: nb("GXK205") }],
    ["region", { plate: parsePlate("GXK204", { region: "ME" }) }],
    ["target", { target: LIBRARY }],
    ["start", { validFrom: new Date("2026-09-01T03:00:00.001Z") }],
    ["generation", { generation: 1 }],
  ])("differs for another %s: two rights, two sessions", async (_, change) => {
    const { provider, sandbox } = connect(vendor);

    const one = await provider.register(sampleRegistration());
    const other = await provider.register(sampleRegistration(change));

    expect(other.reference).not.toBe(one.reference);
    expect([...sandbox.sessions.keys()]).toEqual([one.reference, other.reference]);
  });

  it("differs for another provider id", async () => {
    const one = await connect(vendor).provider.register(sampleRegistration());
    const other = await connect(vendor, { provider: { id: "east" } }).provider.register(sampleRegistration());

    expect(other.reference).not.toBe(one.reference);
  });

  it.each<[string, Partial<HostRegistration>]>([
    ["the end", { validTo: null }],
    ["how the plate was written", { plate: { ...nb("GXK204"), raw: "gxk·204" } }],
    ["a generation of 0", { generation: 0 }],
  ])("does not depend on %s", async (_, change) => {
    const one = await connect(vendor).provider.register(sampleRegistration());
    const other = await connect(vendor).provider.register(sampleRegistration(change));

    expect(other.reference).toBe(one.reference);
  });
});

describe("a plate that changes from A to B and back to A", () => {
  it("has three sessions, and the officer sees A", async () => {
    const { provider, sandbox, seen, pass } = connect(vendor);
    const [a, b] = [nb("AAA111"), nb("BBB222")];

    const first = await provider.register(sampleRegistration({ plate: a }));
    pass(60_000);
    const second = await provider.register(sampleRegistration({ plate: b }));
    await provider.cancel(first);
    pass(60_000);
    const third = await provider.register(sampleRegistration({ plate: a, generation: 1 }));
    await provider.cancel(second);

    expect(new Set([first, second, third].map(({ reference }) => reference)).size).toBe(3);
    expect([...sandbox.sessions.values()].map(({ plate, status }) => [plate, status])).toEqual([
      ["AAA111", "stopped"],
      ["BBB222", "stopped"],
      ["AAA111", "active"],
    ]);
    expect(seen()).toEqual(["AAA111"]);
  });
});

describe("two permits for one plate in one zone", () => {
  it("are two rights: cancelling one leaves the other", async () => {
    const { provider, sandbox } = connect(vendor);
    const one = await provider.register(sampleRegistration({ permitId: "P-1" }));
    const other = await provider.register(sampleRegistration({ permitId: "P-2" }));

    await provider.cancel(one);

    expect(sandbox.findSessions({ zoneId: DOWNTOWN, plate: "GXK204", at: now })).toMatchObject([
      { sessionId: other.reference },
    ]);
  });
});

describe("a stored receipt", () => {
  it("works after JSON, in another process, with the identity that it names", async () => {
    const { provider, sandbox } = connect(vendor);
    const stored = JSON.stringify(await provider.register(sampleRegistration({ generation: 4 })));

    const amended = await provider.amend(JSON.parse(stored), {
      validTo: new Date("2027-02-01T00:00:00.000Z"),
    });
    await provider.cancel(JSON.parse(JSON.stringify(amended)));

    expect(sandbox.sessions.size).toBe(1);
    expect([...sandbox.sessions.values()][0]).toMatchObject({ status: "stopped", events: 3 });
  });
});

describe("a repeated registration", () => {
  it("at another instant and with another end is one session, with the new end", async () => {
    const { provider, sandbox } = connect(vendor);
    const one = await provider.register(sampleRegistration(), { at: now });
    const later = new Date(now.getTime() + 60_000);
    const validTo = new Date("2027-03-31T04:00:00.000Z");

    const [again] = await provider.registerMany([sampleRegistration({ validTo })], { at: later });

    expect(again).toMatchObject({
      ok: true,
      value: { reference: one.reference, coveredUntil: validTo.toISOString() },
    });
    expect([...sandbox.sessions.values()]).toMatchObject([{ sessionId: one.reference, endTime: validTo }]);
  });

  it("after it was cancelled needs the next generation", async () => {
    const { provider, sandbox } = connect(vendor);
    const receipt = await provider.register(sampleRegistration(), { at: now });
    await provider.cancel(receipt, { at: now });
    const later = new Date(now.getTime() + 60_000);

    const [again] = await provider.registerMany([sampleRegistration()], { at: later });

    expect(again).toMatchObject({ ok: false, error: { code: "rejected", vendorCode: "session_exists" } });
    expect(sandbox.sessions.get(receipt.reference)?.status).toBe("stopped");
  });
});
