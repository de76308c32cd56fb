import { describe, expect, it } from "vitest";
import type { ListedRegistration, PushProvider, RegistrationPage } from "../../../src/core/provider.ts";
import { failureOf, now, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, LIBRARY, manyRegistrations, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

async function list(provider: PushProvider, query: { target: string; signal?: AbortSignal }) {
  const pages: RegistrationPage[] = [];
  for await (const page of provider.listRegistrations?.(query) ?? []) pages.push(page);
  return {
    registrations: pages.flatMap(({ registrations }) => registrations),
    lengths: pages.map(({ registrations }) => registrations.length),
    ends: pages.map(({ end }) => end),
  };
}

const referencesOf = (registrations: readonly ListedRegistration[]) =>
  registrations.map(({ reference }) => reference).sort();

describe("listRegistrations", () => {
  it("returns every right in a zone, those of other systems included, and none of another zone", async () => {
    const { provider, sandbox } = connect(vendor);
    const { reference } = await provider.register(sampleRegistration());
    await provider.register(sampleRegistration({ permitId: "P-2", target: LIBRARY }));
    sandbox.addForeignSession({
      zoneId: DOWNTOWN,
      plate: "ME7",
      state: "ME",
      sessionId: "meter-1",
      startTime: new Date("2026-09-15T11:00:00.000Z"),
      endTime: new Date("2026-09-15T13:00:00.000Z"),
    });

    expect(await list(provider, { target: "101" })).toEqual({
      registrations: [
        {
          reference,
          target: DOWNTOWN,
          plate: { number: "GXK204", region: "CA-NB" },
          validFrom: new Date("2026-09-01T03:00:00.000Z"),
          validTo: new Date("2026-12-31T04:00:00.000Z"),
        },
        {
          // Other systems do not always state the country of the region.
          reference: "meter-1",
          target: DOWNTOWN,
          plate: { number: "ME7", region: "US-ME" },
          validFrom: new Date("2026-09-15T11:00:00.000Z"),
          validTo: new Date("2026-09-15T13:00:00.000Z"),
        },
      ],
      lengths: [2],
      ends: ["complete"],
    });
  });

  it("reports an empty zone as empty", async () => {
    const { provider } = connect(vendor);
    expect(await list(provider, { target: DOWNTOWN })).toEqual({
      registrations: [],
      lengths: [0],
      ends: ["complete"],
    });
  });

  it.each(["linked", "header"] as const)("follows pages that are %s, one at a time", async (rightPaging) => {
    const { provider, count } = connect(vendor, { sandbox: { rightPaging, rightPageSize: 3 } });
    const outcomes = await provider.registerMany(manyRegistrations(8));

    const pages = provider.listRegistrations({ target: DOWNTOWN })[Symbol.asyncIterator]();
    await pages.next();
    expect(count("/parking-rights")).toBe(1);
    const { registrations, lengths, ends } = await list(provider, { target: DOWNTOWN });

    expect([lengths, ends]).toEqual([
      [3, 3, 2],
      ["more", "more", "complete"],
    ]);
    expect(referencesOf(registrations)).toEqual(
      outcomes.map((outcome) => outcome.ok && outcome.value.reference).sort(),
    );
  });

  it("does not count a list as complete that ends where lists are usually cut", async () => {
    const { provider } = connect(vendor, { sandbox: { rightPaging: "truncated", rightPageSize: 10 } });
    await provider.registerMany(manyRegistrations(14));

    expect(await list(provider, { target: DOWNTOWN })).toMatchObject({
      lengths: [10],
      ends: ["incomplete"],
    });
  });

  it.each<[string, object]>([
    ["on another host", { links: { next: "https://elsewhere.test/v4/enforcement/parking-rights?page=2" } }],
    ["at another path", { links: { next: "/v4/enforcement/other?page=2" } }],
    ["that is not an address", { links: { next: "https://" } }],
  ])("does not follow a next page %s, and says that the list is incomplete", async (_, links) => {
    const { provider, count } = connect(vendor, {
      instead: ({ url }) =>
        url.includes("/parking-rights") ? Response.json({ data: [], ...links }) : undefined,
    });

    expect((await list(provider, { target: DOWNTOWN })).ends).toEqual(["incomplete"]);
    expect(count("/parking-rights")).toBe(1);
  });

  it("ends a circular list", async () => {
    const { provider, count } = connect(vendor, {
      instead({ url }) {
        const { pathname } = new URL(url);
        if (!pathname.endsWith("/parking-rights")) return undefined;
        return Response.json({ data: [], links: { next: `${pathname}?page=2` } });
      },
    });

    expect((await list(provider, { target: DOWNTOWN })).ends).toEqual(["more", "incomplete"]);
    expect(count("/parking-rights")).toBe(2);
  });

  it("skips records that it cannot read or did not ask for, and reports the unreadable ones", async () => {
    const right = { zone_id: DOWNTOWN, start_time: "2026-09-01T00:00:00Z", end_time: null };
    const replies: [unknown[], string, number][] = [
      [[{ ...right, vehicle: "unknown" }], "complete", 1],
      [[right, { ...right, zone_id: LIBRARY }], "complete", 1],
      [[right, { ...right, operator_id: "99999999-9999-4999-8999-999999999999" }], "complete", 1],
      [[right, { ...right, start_time: "soon" }], "incomplete", 1],
      [[right, null], "incomplete", 1],
    ];
    for (const [data, end, length] of replies) {
      const { provider } = connect(vendor, {
        instead: ({ url }) => (url.includes("/parking-rights") ? Response.json({ data }) : undefined),
      });
      const listed = await list(provider, { target: DOWNTOWN });
      expect([listed.ends, listed.lengths]).toEqual([[end], [length]]);
      expect(listed.registrations[0]).toEqual({
        target: DOWNTOWN,
        validFrom: new Date(right.start_time),
        validTo: null,
      });
    }
  });

  it("is unsupported where the account lacks the scope, without asking twice", async () => {
    const { provider, count } = connect(vendor, { sandbox: { readBack: false } });
    expect(provider.capabilities.listRegistrations).toBe(true);

    for (let time = 0; time < 2; time += 1) {
      expect(await failureOf(() => list(provider, { target: DOWNTOWN }))).toMatchObject({
        code: "unsupported",
        operation: "listRegistrations",
        providerId: "passport",
      });
    }
    expect(count("/parking-rights")).toBe(1);
    expect(provider.capabilities.listRegistrations).toBe(false);
  });

  it("is unsupported where Passport requires a plate; finding one still works", async () => {
    const { provider } = connect(vendor, {
      instead({ url }) {
        const { pathname, searchParams } = new URL(url);
        const refused = pathname.endsWith("/parking-rights") && !searchParams.has("vehicle_plate");
        return refused
          ? Response.json({ type: "io.passportlabs:error:invalid" }, { status: 400 })
          : undefined;
      },
    });
    const registration = sampleRegistration();
    await provider.register(registration);

    expect(await failureOf(() => list(provider, { target: DOWNTOWN }))).toMatchObject({
      code: "unsupported",
    });
    expect(provider.capabilities).toMatchObject({ find: true, listRegistrations: false });
    expect(await provider.find({ plate: registration.plate, target: DOWNTOWN })).toHaveLength(1);
  });

  it("is off where zones are external", () => {
    const { provider } = connect(vendor, { provider: { zoneIds: "external" } });
    expect(provider.capabilities).toMatchObject({ find: false, listRegistrations: false });
    expect(provider).not.toHaveProperty("find");
    expect(provider).not.toHaveProperty("listRegistrations");
  });

  it("repeats a page that failed, and only that one", async () => {
    const { provider, faults, count } = connect(vendor, {
      sandbox: { rightPaging: "linked", rightPageSize: 3 },
    });
    await provider.registerMany(manyRegistrations(5));
    const pages = provider.listRegistrations({ target: DOWNTOWN })[Symbol.asyncIterator]();
    await pages.next();
    faults.add({ kind: "rate-limit", retryAfter: 0, path: "/parking-rights" });

    expect((await pages.next()).value).toMatchObject({ end: "complete" });
    expect(count("/parking-rights")).toBe(3);
  });

  it("stops when it is aborted, and names what is wrong with its input", async () => {
    const { provider } = connect(vendor);
    const signal = AbortSignal.abort();
    const wrong: [object, object][] = [
      [{ target: DOWNTOWN, signal }, { code: "aborted" }],
      [{ target: "999" }, { code: "invalid_input", field: "query.target" }],
      [{ target: "" }, { code: "invalid_input", field: "query.target" }],
      [
        { target: DOWNTOWN, plate: 1 },
        { code: "invalid_input", field: "query" },
      ],
      [
        { target: DOWNTOWN, signal: now },
        { code: "invalid_input", field: "query.signal" },
      ],
    ];
    for (const [query, error] of wrong) {
      expect(await failureOf(() => list(provider, query as never))).toMatchObject({
        ...error,
        operation: "listRegistrations",
      });
    }
  });
});
