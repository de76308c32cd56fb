import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { explainLookup } from "../../../src/lookup/explain/explain-lookup.ts";
import type { LookupQuestion } from "../../../src/lookup/explain/explanation.ts";
import type { PermitLookupOptions } from "../../../src/lookup/handler.ts";
import { memoryPermits } from "../../../src/lookup/memory-permits.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import { failureOf } from "../../support/registrations.ts";
import { directory, lookupRequest, minutes, now, openCampus, permit } from "../campus.ts";
import { probeDialect } from "../probe-dialect.ts";

const options: PermitLookupOptions = {
  provider: createT2FlexProvider(),
  authorize: { authorize: () => undefined },
  directory,
  findPermits: () => [],
  clock: () => now,
};

async function explain(
  permits: ReturnType<typeof permit>[],
  question: Partial<LookupQuestion> = {},
  more: Partial<PermitLookupOptions> = {},
) {
  const { findPermits } = memoryPermits(permits);
  return explainLookup(
    { plate: "GXK204", ...(question.credential ? {} : { companyId: "fundy" }), ...question },
    { ...options, findPermits, ...more },
  );
}

/** The sentence with the answer. */
const answerOf = ({ sentences }: { sentences: readonly string[] }) =>
  sentences.find((sentence) => /^(Valid|No permit|Not known)/.test(sentence));

describe("explainLookup", () => {
  it("describes the whole decision", async () => {
    const explanation = await explain([permit({ validTo: minutes(-12) })], {
      plate: "gxk-204",
      region: "Nouveau-Brunswick",
      place: { by: "station", value: "Lot 1" },
    });
    expect(explanation).toEqual({
      answer: "none",
      reason: "expired",
      sentences: [
        'Plate GXK204, typed as "gxk-204", of company fundy at 2026-11-21T15:00:00.000Z.',
        "Plates of CA-NB count, and plates whose region is not known.",
        'The station "Lot 1" is "Lot 1" (lot-1).',
        "No permit (expired): permit P-1 ended at 2026-11-21T14:48:00.000Z, 12 min before.",
      ],
      considered: [
        {
          permitId: "P-1",
          counts: false,
          why: "ended at 2026-11-21T14:48:00.000Z, 12 min before",
          misses: ["expired"],
        },
      ],
    });
  });

  it.each([
    ["not_yet_valid", { validFrom: minutes(5) }, {}, "starts at 2026-11-21T15:05:00.000Z, 5 min later"],
    ["expired", { validTo: minutes(0) }, {}, "ended at 2026-11-21T15:00:00.000Z, 0 ms before"],
    [
      "expired",
      { validFrom: minutes(-9_000), validTo: new Date(now.getTime() - 90_061_001) },
      {},
      "ended at 2026-11-20T13:58:58.999Z, 1 d 1 h before",
    ],
    [
      "region_differs",
      { plates: [parsePlate("GXK204", { region: "NS" })] },
      { region: "NB" },
      "is for a plate of CA-NS, and CA-NB was asked about",
    ],
    [
      "region_differs",
      {},
      { region: "NS" },
      'is for a plate of CA-NB, the region of "Lot 1" (lot-1), and CA-NS was asked about',
    ],
    [
      "other_location",
      { locationIds: ["lot-2"] },
      { place: { by: "location", value: "lot-1" } },
      'is for "Lot 2" (lot-2), which was not asked about',
    ],
    [
      "other_location",
      { locationIds: ["nowhere"] },
      {},
      "is for nowhere, which the directory does not have for this company",
    ],
    [
      "other_location",
      { locationIds: ["lot-2"] },
      { credential: { companyId: "fundy", locationIds: ["lot-1"] } },
      'is for "Lot 2" (lot-2), which this credential may not ask about',
    ],
    [
      "switched_off",
      { locationIds: ["closed"] },
      {},
      'is for "Closed Lot" (closed), which is switched off for t2-flex',
    ],
  ] as const)("%s: %j asked with %j", async (reason, changes, question, why) => {
    const explanation = await explain([permit(changes as never)], question as never);
    expect(explanation).toMatchObject({
      answer: "none",
      reason,
      considered: [{ permitId: "P-1", counts: false, why, misses: [reason] }],
    });
    expect(answerOf(explanation)).toBe(`No permit (${reason}): permit P-1 ${why}.`);
  });

  it("explains every permit, not only the decisive one", async () => {
    const { considered, reason } = await explain([
      permit({ id: "NOW" }),
      permit({ id: "OVER", validTo: minutes(-1) }),
      permit({ id: "AHEAD", validFrom: minutes(1) }),
      permit({ id: "LATE", createdAt: minutes(3) }),
    ]);
    expect(reason).toBe("match_region_unknown");
    expect(considered.map(({ permitId, counts, misses }) => [permitId, counts, ...misses])).toEqual([
      ["NOW", true],
      ["OVER", false, "expired"],
      ["AHEAD", false, "not_yet_valid"],
      ["LATE", true],
    ]);
    expect(considered[3]?.why).toContain("it was issued at 2026-11-21T15:03:00.000Z, after the question");
  });

  it.each([
    ["match", {}, { region: "NB" }, {}, "plate and region agree"],
    ["match_grace", { validTo: minutes(-1) }, {}, { graceMinutes: 5 }, "thanks to graceMinutes"],
    ["match_ocr", { plates: [parsePlate("GXK2O4")] }, {}, { plateMatching: "ocr" }, "as GXK2O4"],
  ] as const)("%s is explained", async (reason, changes, question, more, words) => {
    const explanation = await explain([permit(changes as never)], question, more);
    expect(explanation).toMatchObject({ answer: "valid", reason, considered: [{ counts: true }] });
    expect(answerOf(explanation)).toContain(words);
  });

  it("says why a look-alike does not match beside the typed plate", async () => {
    const permits = [permit(), permit({ id: "OCR", plates: [parsePlate("GXK2O4")] })];
    const { considered } = await explain(permits, {}, { plateMatching: "ocr" });
    expect(considered[1]).toMatchObject({
      permitId: "OCR",
      counts: false,
      why: expect.stringContaining("only looks alike"),
    });
  });

  it("says that OCR matching would have found a permit", async () => {
    const { reason, sentences } = await explain([permit({ plates: [parsePlate("GXK2O4")] })]);
    expect(reason).toBe("no_permit");
    expect(sentences.at(-1)).toBe(
      'Permit P-1 is for GXK2O4, which looks alike; plateMatching "ocr" would have found it.',
    );
  });

  it("names the places that are close to an unknown one", async () => {
    const explanation = await explain([permit()], { place: { by: "station", value: "Lot  1" } });
    expect(explanation).toMatchObject({ answer: "undetermined", reason: "unknown_place", considered: [] });
    expect(answerOf(explanation)).toContain(
      'the closest: "Lot 1" differs only in doubled spaces at position 4',
    );
    expect(explanation.sentences.at(-1)).toContain('whenUndetermined is "unavailable"');
    const far = await explain([], { place: { by: "zone", value: "Elsewhere Entirely" } });
    expect(answerOf(far)).toContain("none is close");
  });

  it.each([
    ["switched_off", { companyId: "sleeping" }, {}, "is switched off"],
    ["unknown_company", { companyId: "nobody" }, {}, "does not have the credential's company"],
    [
      "source_failed",
      {},
      { findPermits: () => Promise.reject(new RangeError("secret")) },
      'at the stage "permits": RangeError',
    ],
    ["source_failed", {}, { findPermits: () => [{ ...permit(), revision: -1 }] }, "permit.revision"],
    [
      "source_timeout",
      {},
      { findPermits: () => new Promise<never>(() => {}), deadlineMs: 10 },
      "longer than deadlineMs",
    ],
  ] as Array<[string, Partial<LookupQuestion>, Partial<PermitLookupOptions>, string]>)(
    "%s is explained",
    async (reason, question, more, words) => {
      const explanation = await explain([], question, { whenUndetermined: "deny", ...more });
      expect(explanation.reason).toBe(reason);
      expect(answerOf(explanation)).toContain(words);
      expect(explanation.sentences.join()).not.toContain("secret");
      if (explanation.answer === "undetermined") expect(explanation.sentences.at(-1)).toContain('"deny"');
    },
  );

  it("reports ignored permits, and a plate that cannot be read", async () => {
    const foreign = permit({ companyId: "tantramar" });
    const { sentences } = await explain([], {}, { findPermits: () => [foreign] });
    expect(sentences).toContain(
      "The source also gave 1 that cannot count: of another company, of another plate, or unreadable.",
    );
    expect(await explain([], { plate: "АB1" })).toEqual({
      answer: "undetermined",
      reason: "invalid_request",
      considered: [],
      sentences: [
        `A plate typed as "АB1", of company fundy at ${now.toISOString()}.`,
        "No region was given, so plates of any region count.",
        'Not known (invalid_request): which plate is meant cannot be read. plate: "А" (U+0410, Cyrillic) at position 0 only looks like A; write the Latin letter or the digit.',
        'The vendor hears 503 and its own policy applies, because whenUndetermined is "unavailable".',
        "In a list of plates it is left out of the answer when another plate of the list has a permit.",
      ],
    });
  });

  it("uses the question's own instant", async () => {
    const permits = [permit({ validTo: minutes(-12) })];
    for (const at of [minutes(-13), minutes(-13).toISOString()]) {
      expect((await explain(permits, { at })).answer).toBe("valid");
    }
    expect((await explain(permits)).answer).toBe("none");
  });

  it("does not call onAnswer, and needs no credential", async () => {
    const fail = () => {
      throw new Error("must not be called");
    };
    const more = { onAnswer: fail, authorize: { authorize: fail }, throttle: { consume: fail } };
    expect((await explain([permit()], {}, more)).answer).toBe("valid");
  });

  it.each([
    ["question", {}],
    ["question", { plate: "GXK204" }],
    ["question", { plate: "GXK204", companyId: "fundy", credential: { companyId: "fundy" } }],
    ["question", { plate: "GXK204", companyId: "fundy", permit: "P-1" }],
    ["question.plate", { companyId: "fundy" }],
    ["question.credential.companyId", { plate: "GXK204", companyId: "" }],
    [
      "question.credential.locationIds",
      { plate: "GXK204", credential: { companyId: "fundy", locationIds: "lot-1" } },
    ],
    ["question.place.by", { plate: "GXK204", companyId: "fundy", place: { by: "spot", value: "1" } }],
    ["question.place.value", { plate: "GXK204", companyId: "fundy", place: { by: "zone", value: "" } }],
    ["at", { plate: "GXK204", companyId: "fundy", at: "2026-11-21 15:00" }],
    ["question", null],
  ])("refuses a wrong %s: %j", async (field, question) => {
    const failure = await failureOf(() => explainLookup(question as never, options));
    expect(failure).toMatchObject({ code: "invalid_input", field });
    expect(failure.message).not.toContain("GXK204");
  });

  it("refuses options that the handler would refuse", async () => {
    const failure = await failureOf(() =>
      explainLookup({ plate: "GXK204", companyId: "fundy" }, { ...options, deadlineMs: 0 }),
    );
    expect(failure).toMatchObject({ code: "invalid_config", field: "deadlineMs" });
    expect(failure.message).toContain("explainLookup");
  });
});

describe("explainLookup of a record", () => {
  /** A record after a round trip through JSON. */
  const stored = <Record>(record: Record): Record => JSON.parse(JSON.stringify(record));

  it("replays it at its instant and says that nothing has changed", async () => {
    const permits = [permit({ validTo: minutes(-12) })];
    const { audit } = await openCampus({ permits }).ask({
      plate: "gxk 204",
      state: "NB",
      locationId: "lot-1",
    });
    const later = () => minutes(100_000);
    const explanation = await explainLookup(stored(audit), {
      ...options,
      findPermits: memoryPermits(permits).findPermits,
      clock: later,
    });
    expect(explanation).toMatchObject({
      answer: "none",
      reason: "expired",
      recorded: { answer: "none", reason: "expired" },
    });
    expect(explanation.sentences[0]).toContain(now.toISOString());
    expect(explanation.sentences).toContain("Asked again, the answer is the same.");
  });

  it("says what has changed since then", async () => {
    const { audit } = await openCampus({ permits: [permit({ id: "GONE", validTo: minutes(-1) })] }).ask({
      plate: "GXK204",
    });
    const { findPermits } = memoryPermits([permit({ id: "BOUGHT", createdAt: minutes(10) })]);
    const explanation = await explainLookup(stored(audit), { ...options, findPermits });
    expect(explanation).toMatchObject({ answer: "valid", recorded: { answer: "none", reason: "expired" } });
    const text = explanation.sentences.join("\n");
    expect(text).toContain("issued at 2026-11-21T15:10:00.000Z, after the question");
    expect(text).toContain("The record says none (expired): the permit has ended. The vendor heard HTTP 200");
    expect(text).toContain("Asked again, the answer is valid (match_region_unknown)");
    expect(text).toContain("Permit GONE was considered then; the source no longer gives it.");
    expect(text).toContain("Permit BOUGHT was not given by the source then.");
  });

  it("stays within the locations of the credential that asked", async () => {
    const permits = [permit({ locationIds: ["lot-2"] })];
    const { audit } = await openCampus({ permits, locationIds: ["lot-1"] }).ask({ plate: "GXK204" });
    const explanation = await explainLookup(stored(audit), {
      ...options,
      findPermits: memoryPermits(permits).findPermits,
    });
    expect(explanation.considered[0]?.why).toContain("may not ask about");
  });

  it("of a request without a question says so", async () => {
    const { handler, audits } = openCampus();
    await handler(lookupRequest({ plate: "GXK204" }));
    const [record] = audits;
    if (record === undefined) throw new Error("No record.");
    expect(await explainLookup(stored(record), options)).toMatchObject({
      answer: "refused",
      reason: "unauthorized",
      considered: [],
      sentences: [
        expect.stringContaining("looked up no plate: refused (unauthorized), no credential was recognised"),
      ],
    });
  });

  it("of a list explains each of its plates", async () => {
    const list = {
      ...probeDialect,
      parseQuery: () => [{ plate: "GXK204" }, { plate: "HTR604" }, { plate: "NONE1" }],
      renderAnswers: (answers: readonly unknown[]) => ({
        status: 200,
        headers: {},
        body: String(answers.length),
      }),
    };
    const permits = [permit({ validTo: minutes(-1) }), permit({ id: "P-2", plates: [parsePlate("HTR604")] })];
    const { handler, key, audits } = openCampus({
      permits,
      provider: createT2FlexProvider({ dialect: list }),
    });
    await handler(lookupRequest({}, { "x-api-key": key }));
    const [record] = audits;
    if (record === undefined) throw new Error("No record.");
    const { findPermits } = memoryPermits(permits);
    const explanation = await explainLookup(stored(record), { ...options, findPermits });
    expect(explanation).toMatchObject({
      answer: "valid",
      reason: "match_region_unknown",
      recorded: { answer: "valid" },
      considered: [{ permitId: "P-1" }, { permitId: "P-2" }],
    });
    const told = explanation.sentences.filter((sentence) => sentence.startsWith("Plate"));
    expect(told.map((sentence) => sentence.slice(6, 12))).toEqual(["GXK204", "HTR604", "NONE1 "]);
  });

  it("of a redacted plate needs the plate, and recognises a wrong one", async () => {
    const redact = { key: "0123456789abcdef" };
    const permits = [permit()];
    const { audit } = await openCampus({ permits, redact }).ask({ plate: "GXK204" });
    const more = { ...options, redact, findPermits: memoryPermits(permits).findPermits };
    const withPlate = (plate: string) => ({ ...stored(audit), asked: { ...audit.asked, plate } });
    expect(await failureOf(() => explainLookup(stored(audit), more))).toMatchObject({
      field: "record.asked.plate",
    });
    expect(await failureOf(() => explainLookup(withPlate("OTHER"), more))).toMatchObject({
      field: "record.asked.plate",
      message: expect.stringContaining("is not the plate"),
    });
    expect((await explainLookup(withPlate("gxk-204"), more)).answer).toBe("valid");
  });

  it("says what had failed then, also when it works now", async () => {
    const unreadable = { ...permit(), plates: [{ raw: "gxk 204", number: "gxk 204" }] };
    const { audit } = await openCampus({ findPermits: () => [unreadable] }).ask({ plate: "GXK204" });
    const { findPermits } = memoryPermits([permit()]);
    const { sentences } = await explainLookup(stored(audit), { ...options, findPermits });
    expect(sentences).toContain(
      'What failed then was at the stage "permits": permit.plates[0].number: must be a canonical number; make plates with parsePlate().',
    );
    expect(sentences.join()).toContain("Asked again, the answer is valid");
  });

  it("of another provider is refused, alone and in a list", async () => {
    const { audit } = await openCampus({ permits: [permit()] }).ask({ plate: "GXK204" });
    const other = { ...options, provider: createT2FlexProvider({ id: "t2-flex-north" }) };
    for (const record of [stored(audit), { ...stored(audit), parts: [stored(audit)] }]) {
      expect(await failureOf(() => explainLookup(record, other))).toMatchObject({
        code: "invalid_input",
        field: "record.providerId",
        message: expect.stringContaining("the options of the handler that made the record"),
      });
    }
  });

  it("of another version is refused", async () => {
    const { audit } = await openCampus().ask({ plate: "GXK204" });
    const failure = await failureOf(() => explainLookup({ ...audit, v: 2 } as never, options));
    expect(failure).toMatchObject({ code: "invalid_input", field: "record.v" });
  });

  it("agrees with the handler on every question of a probe", async () => {
    const permits = [
      permit(),
      permit({
        id: "P-2",
        plates: [parsePlate("AAA111", { region: "NS" })],
        locationIds: ["lot-2", "closed"],
      }),
      permit({ id: "P-3", plates: [parsePlate("BBB222")], validFrom: minutes(1), locationIds: ["closed"] }),
    ];
    const { handler, key, audits } = openCampus({
      permits,
      provider: createT2FlexProvider({ dialect: probeDialect }),
    });
    const places = [
      undefined,
      ["location", "lot-1"],
      ["zone", "Core"],
      ["station", "Lot 2"],
      ["zone", "closed"],
    ];
    for (const plate of ["GXK204", "AAA111", "BBB222", "AAAIII", "CCC333"]) {
      for (const region of [undefined, "NB", "NS", "Atlantis"]) {
        for (const [by, value] of places.map((place) => place ?? [])) {
          const place = by === undefined ? {} : { place: { by, value } };
          await handler(
            lookupRequest({ plate, ...(region ? { region } : {}), ...place }, { "x-api-key": key }),
          );
        }
      }
    }
    expect(audits).toHaveLength(100);
    for (const audit of audits) {
      const { recorded, ...explained } = await explainLookup(audit, {
        ...options,
        findPermits: memoryPermits(permits).findPermits,
      });
      expect([explained.answer, explained.reason]).toEqual([audit.status, audit.reason]);
      expect(explained.considered.map(({ permitId }) => permitId)).toEqual(audit.considered);
      const counting = explained.considered.filter(({ counts }) => counts).map(({ permitId }) => permitId);
      expect(new Set(counting)).toEqual(new Set(audit.answered));
    }
  });
});
