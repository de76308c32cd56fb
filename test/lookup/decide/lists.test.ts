import { describe, expect, it, vi } from "vitest";
import { type LookupDialect, type LookupQuery, MAX_QUERIES } from "../../../src/core/lookup/dialect.ts";
import type { PermitQuery } from "../../../src/core/lookup/find-permits.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { explainLookup } from "../../../src/lookup/explain/explain-lookup.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/index.ts";
import { directory, lookupRequest, minutes, now, openCampus, permit } from "../campus.ts";
import { probeDialect } from "../probe-dialect.ts";

/** The probe dialect, with lists. */
const listDialect: LookupDialect = {
  ...probeDialect,
  renderAnswers: (answers) => ({ status: 200, headers: {}, body: JSON.stringify(answers) }),
  renderPlaces: ({ locations }) => ({
    status: 200,
    headers: {},
    body: JSON.stringify(locations.map(({ id }) => id)),
  }),
};
const provider = createT2FlexProvider({ dialect: listDialect });

function open(options: Parameters<typeof openCampus>[0] = {}) {
  const campus = openCampus({ provider, ...options });
  return {
    ...campus,
    async askList(queries: unknown) {
      const response = await campus.handler(lookupRequest(queries, { "x-api-key": campus.key }));
      const text = await response.text();
      return { status: response.status, body: JSON.parse(text), audit: campus.audits.at(-1) };
    },
  };
}

const held = (id: string, plate: string, changes = {}) =>
  permit({ id, plates: [parsePlate(plate)], ...changes });
const at = (value: string | string[]) => ({ by: "location" as const, value });

describe("a list of queries", () => {
  const permits = [
    held("ONE", "AAA 1"),
    held("TWO", "BBB 2", { locationIds: ["lot-2"], plates: [parsePlate("BBB 2", { region: "QC" })] }),
    held("ENDED", "CCC 3", { validTo: minutes(-1) }),
    held("SHUT", "DDD 4", { locationIds: ["closed"] }),
    held("FOREIGN", "EEE 5", { companyId: "tantramar", locationIds: ["quad"] }),
  ];
  const queries: LookupQuery[] = [
    { plate: "aaa-1" },
    { plate: "AAA1", place: at("lot-2") },
    { plate: "BBB2", region: "Québec", place: at(["lot-1", "lot-2"]) },
    { plate: "BBB2", region: "NB" },
    { plate: "CCC3" },
    { plate: "DDD4", place: at("closed") },
    { plate: "EEE5" },
    { plate: "AAA1" },
  ];

  it("is answered like each of its queries alone, in its order", async () => {
    const { askList, handler, key } = open({ permits });
    const { body } = await askList(queries);
    const alone = await Promise.all(
      queries.map(async (query) => (await handler(lookupRequest(query, { "x-api-key": key }))).json()),
    );
    const brief = (answers: Array<{ status: string; reason: string; matches: object[] }>) =>
      answers.map(({ status, reason, matches }) => [status, reason, matches.length]);
    expect(brief(body)).toEqual(brief(alone));
    expect(brief(body)).toEqual([
      ["valid", "match_region_unknown", 1],
      ["none", "other_location", 0],
      ["valid", "match", 1],
      ["none", "region_differs", 0],
      ["none", "expired", 0],
      ["none", "switched_off", 0],
      ["none", "no_permit", 0],
      ["valid", "match_region_unknown", 1],
    ]);
  });

  it("calls directory and source once, for all plates and places together", async () => {
    const asked: Array<Omit<PermitQuery, "signal">> = [];
    const listLocations = vi.fn(function* (companyId: string) {
      // An iterable that can be read only once.
      yield* directory.listLocations(companyId) as Iterable<never>;
    });
    const { askList } = open({
      directory: { getCompany: directory.getCompany, listLocations },
      findPermits: ({ signal: _, ...query }) => {
        asked.push(query);
        return permits;
      },
    });
    expect(
      (
        await askList([
          { plate: "AAA1", place: at("lot-1") },
          { plate: "BBB2", place: at("lot-2") },
        ])
      ).body,
    ).toMatchObject([{ status: "valid" }, { status: "valid" }]);
    expect(listLocations).toHaveBeenCalledTimes(1);
    expect(asked).toEqual([
      { companyId: "fundy", plateNumbers: ["AAA1", "BBB2"], locationIds: ["lot-1", "lot-2"], at: now },
    ]);
  });

  it("does not call the source when there is nothing to search", async () => {
    const findPermits = vi.fn(() => []);
    const { askList } = open({ findPermits });
    await askList([{ plate: "A", place: at("closed") }]);
    expect(findPermits).not.toHaveBeenCalled();
  });

  it("creates one record, which can be explained as a whole and per plate", async () => {
    const options = { provider, permits };
    const { askList, audits } = open(options);
    const { audit } = await askList([queries[0], queries[4]]);
    expect(audits).toHaveLength(1);
    expect(audit).toMatchObject({
      status: "valid",
      considered: ["ONE", "ENDED"],
      answered: ["ONE"],
      parts: [
        {
          v: 1,
          asked: { plate: "aaa-1" },
          understood: { plateNumbers: ["AAA1"] },
          status: "valid",
          answered: ["ONE"],
          considered: ["ONE"],
        },
        {
          v: 1,
          asked: { plate: "CCC3" },
          status: "none",
          reason: "expired",
          considered: ["ENDED"],
          answered: [],
        },
      ],
    });
    expect(audit?.asked).toBeUndefined();
    const part = audit?.parts?.[1];
    if (part === undefined) throw new Error("No part.");
    const handlerOptions = {
      provider,
      authorize: { authorize: () => undefined },
      directory,
      findPermits: () => permits,
      clock: () => now,
    };
    const explained = await explainLookup(part, handlerOptions);
    expect(explained).toMatchObject({ answer: "none", reason: "expired" });
    const whole = audit === undefined ? undefined : await explainLookup(audit, handlerOptions);
    for (const plate of ["AAA1", "CCC3"]) expect(whole?.sentences.join()).toContain(plate);
  });

  it("hashes plates in every part of a redacted record", async () => {
    const { askList } = open({ permits, redact: { key: "sixteen bytes at least" } });
    const { audit } = await askList([{ plate: "AAA1" }, { plate: "BBB2" }]);
    expect(audit?.parts).toHaveLength(2);
    expect(JSON.stringify(audit)).not.toMatch(/AAA1|BBB2/);
  });

  it("is undetermined when one of its places is unknown", async () => {
    const { askList } = open({ permits });
    const { status, audit } = await askList([
      { plate: "AAA1" },
      { plate: "AAA1", place: at(["lot-1", "Lot-2"]) },
    ]);
    expect(status).toBe(503);
    expect(audit).toMatchObject({
      status: "undetermined",
      reason: "unknown_place",
      parts: [
        { status: "valid" },
        {
          reason: "unknown_place",
          closest: expect.arrayContaining([expect.objectContaining({ name: "lot-2" })]),
        },
      ],
    });
  });

  it("shares one deadline", async () => {
    const { askList } = open({ findPermits: () => new Promise(() => {}), deadlineMs: 20 });
    const { status, audit } = await askList([{ plate: "A" }, { plate: "B" }]);
    expect(status).toBe(503);
    expect(audit).toMatchObject({
      reason: "source_timeout",
      parts: [{ reason: "source_timeout" }, { reason: "source_timeout" }],
    });
  });

  it("finds look-alikes of each plate, and none of another's", async () => {
    const { askList } = open({ permits: [held("O", "GO1"), held("EXACT", "G01")], plateMatching: "ocr" });
    const { body } = await askList([{ plate: "G01" }, { plate: "GO1" }, { plate: "GQ1" }]);
    expect(
      body.map(({ reason, matches }: { reason: string; matches: Array<{ permit: { id: string } }> }) => [
        reason,
        matches.map(({ permit: { id } }) => id),
      ]),
    ).toEqual([
      ["match_region_unknown", ["EXACT"]],
      ["match_region_unknown", ["O"]],
      ["match_ocr", ["EXACT", "O"]],
    ]);
  });

  it.each([
    ["empty", []],
    ["longer than the limit", Array(MAX_QUERIES + 1).fill({ plate: "A" })],
    ["with an empty place", [{ plate: "A", place: at([]) }]],
    ["with a place that is not text", [{ plate: "A", place: at(["", "x"]) }]],
  ])("%s is 400", async (_, list) => {
    expect((await open().askList(list)).status).toBe(400);
  });

  it("answers the others beside a plate that is not text", async () => {
    const { askList } = open({ permits });
    const { status, body, audit } = await askList([{ plate: "AAA1" }, { plate: 7 }]);
    expect([status, body]).toMatchObject([200, [{ status: "valid" }, { status: "undetermined" }]]);
    expect(audit).toMatchObject({
      status: "valid",
      parts: [{}, { failure: { message: "plate: must be text." } }],
    });
    expect((await askList([{ plate: "NOBODY" }, { plate: 7 }])).status).toBe(503);
  });

  it("is a 500 in a dialect that cannot render it", async () => {
    const { renderAnswers: _, ...cannot } = listDialect;
    const { askList } = open({ provider: createT2FlexProvider({ dialect: cannot }) });
    expect((await askList([{ plate: "A" }]).catch(() => ({ status: 500 }))).status).toBe(500);
  });
});

describe("a dialect", () => {
  it("may refuse a request itself", async () => {
    const { askList } = open();
    const { status, audit } = await askList({ status: 404, code: "not_found", message: "No." });
    expect([status, audit?.reason]).toEqual([404, "not_found"]);
  });

  it("may ask for the list of places", async () => {
    const { body, audit } = await open().askList({ list: "places" });
    expect(body).toEqual(["lot-1", "lot-2", "lot-3"]);
    expect(audit).toMatchObject({ status: "served", reason: "places", considered: [], answered: [] });
  });

  it("that serves a document and throws is a 500", async () => {
    const dialect: LookupDialect = {
      ...listDialect,
      serveDocument: () => {
        throw new Error("broken");
      },
    };
    const { askList } = open({ provider: createT2FlexProvider({ dialect }) });
    expect(await askList({ plate: "A" })).toMatchObject({
      status: 500,
      audit: { failure: { at: "dialect" } },
    });
  });

  it("that requires a token gets it compared by hash, with any authorizer", async () => {
    const dialect: LookupDialect = {
      ...listDialect,
      readToken: ({ body }) => (JSON.parse(body) as { token?: string }).token,
    };
    const { askList, key } = open({ provider: createT2FlexProvider({ dialect }) });
    const statuses = [];
    for (const token of [key, "wrong", "", undefined])
      statuses.push((await askList({ plate: "A", token })).status);
    expect(statuses).toEqual([200, 401, 401, 401]);
  });
});
