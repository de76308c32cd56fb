import { describe, expect, it } from "vitest";
import type { LookupMatch } from "../../../src/core/lookup/dialect.ts";
import type { LookupRequest } from "../../../src/core/lookup/lookup-message.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { OPEN_END, offstreetDialect } from "../../../src/vendors/t2-flex/index.ts";
import { failureOf } from "../../support/registrations.ts";

const at = new Date("2026-11-21T15:00:00Z");

function requestOf(body: unknown): LookupRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return { method: "POST", path: "/", query: "", header: () => undefined, body: text };
}

function match(changes: Partial<LookupMatch> = {}): LookupMatch {
  return {
    permit: {
      id: "P-1",
      companyId: "fundy",
      plates: [parsePlate("GXK 204")],
      locationIds: ["lot-1"],
      validFrom: new Date("2026-11-01T00:00:00-03:00"),
      validTo: new Date("2026-12-01T00:00:00-04:00"),
      revision: 1,
      createdAt: new Date("2026-10-15T12:00:00Z"),
    },
    plate: parsePlate("GXK 204", { region: "NB" }),
    location: { id: "lot-1", companyId: "fundy", name: "Lot 1", providers: {} },
    company: { id: "fundy", name: "University of Fundy", providers: {} },
    plateMatch: "exact",
    regionMatch: "same",
    grace: false,
    ...changes,
  };
}

function sessionsOf(matches: readonly LookupMatch[]): Array<Record<string, string>> {
  const reply = offstreetDialect.renderAnswer({ status: "valid", reason: "match", matches, at });
  expect(reply.status).toBe(200);
  expect(reply.headers).toEqual({ "content-type": "application/json; charset=utf-8" });
  return (JSON.parse(reply.body) as { sessions: Array<Record<string, string>> }).sessions;
}

describe("a question", () => {
  it.each([
    [{ plate: "GXK 204" }, { plate: "GXK 204" }],
    [
      { plate: "A", state: "New Brunswick" },
      { plate: "A", region: "New Brunswick" },
    ],
    [
      { plate: "A", locationId: "lot-1" },
      { plate: "A", place: { by: "location", value: "lot-1" } },
    ],
    [{ plate: "A", locationId: null, state: null }, { plate: "A" }],
    [{ plate: "A", locationId: "", state: " " }, { plate: "A" }],
    [{ plate: "A", tenantId: 4, more: { of: ["it"] } }, { plate: "A" }],
    ['{"plate":"A","__proto__":{"state":"NB"}}', { plate: "A" }],
  ])("%j", (body, expected) => {
    expect(offstreetDialect.parseQuery(requestOf(body))).toEqual(expected);
  });

  it.each([
    ["", "body"],
    ["  ", "body"],
    ["{", "body"],
    ["null", "body"],
    ["[]", "body"],
    ['"GXK204"', "body"],
    [{}, "plate"],
    [{ plate: null }, "plate"],
    [{ plate: 204 }, "plate"],
    [{ plate: ["A"] }, "plate"],
    [{ plate: "A", locationId: 7 }, "locationId"],
    [{ plate: "A", locationId: { $ne: 1 } }, "locationId"],
    [{ plate: "A", state: true }, "state"],
    [`{"plate":"A","x":${"[".repeat(9)}${"]".repeat(9)}}`, "body"],
  ])("%j is refused", async (body, field) => {
    const failure = await failureOf(() => offstreetDialect.parseQuery(requestOf(body)));
    expect(failure).toMatchObject({ code: "invalid_input", field });
    expect(failure.message).toMatch(/^\w+: \w/);
    expect(failure.message).not.toContain("GXK");
  });

  it("comes by POST, as JSON", () => {
    expect(offstreetDialect).toMatchObject({
      methods: ["POST"],
      contentTypes: ["application/json"],
      places: true,
    });
  });
});

describe("an answer", () => {
  it("contains each session's fields", () => {
    expect(sessionsOf([match()])).toEqual([
      {
        id: "P-1:lot-1:GXK204:CA-NB",
        permitId: "P-1",
        plate: "GXK204",
        state: "NB",
        startDateTime: "2026-11-01T03:00:00.000Z",
        endDateTime: "2026-12-01T04:00:00.000Z",
        createdDateTime: "2026-10-15T12:00:00.000Z",
        location: "Lot 1",
        tenantName: "University of Fundy",
      },
    ]);
  });

  it("is an empty list when there is none", () => {
    const reply = offstreetDialect.renderAnswer({ status: "none", reason: "no_permit", matches: [], at });
    expect([reply.status, reply.body]).toEqual([200, '{"sessions":[]}']);
  });

  it("has no state where the region is unknown, the start in place of an unknown issue date, and a distant end for an open-ended permit", () => {
    const { createdAt: _, ...permit } = match().permit;
    const [session] = sessionsOf([
      match({ permit: { ...permit, validTo: null }, plate: parsePlate("GXK204") }),
    ]);
    expect(session).toMatchObject({
      state: "",
      createdDateTime: "2026-11-01T03:00:00.000Z",
      endDateTime: OPEN_END,
    });
    expect(Date.parse(OPEN_END)).toBeGreaterThan(Date.parse("2090-01-01T00:00:00Z"));
  });

  it("distinguishes rights by permit, place, plate and region, also where ids contain the separator", () => {
    const { permit, location } = match();
    const matches = [
      match(),
      match({ permit: { ...permit, id: "P-1:lot-1" }, location: { ...location, id: "x" } }),
      match({ permit: { ...permit, id: "P-1" }, location: { ...location, id: "lot-1:x" } }),
      match({ plate: parsePlate("GXK204", { region: "NS" }) }),
      match({ plate: parsePlate("GXK205") }),
      match({ plate: parsePlate("GXK204") }),
    ];
    expect(new Set(sessionsOf(matches).map(({ id }) => id)).size).toBe(matches.length);
    expect(sessionsOf(matches)).toEqual(sessionsOf(matches));
  });
});

describe("a refusal", () => {
  it("is its code and message", () => {
    const refusal = {
      status: 405,
      code: "method_not_allowed",
      message: "No.",
      headers: { allow: "POST" },
    } as const;
    expect(offstreetDialect.renderRefusal(refusal)).toEqual({
      status: 405,
      headers: { allow: "POST", "content-type": "application/json; charset=utf-8" },
      body: '{"error":{"code":"method_not_allowed","message":"No."}}',
    });
  });
});
