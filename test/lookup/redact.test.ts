import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { directory, lookupRequest, openCampus, permit } from "./campus.ts";
import { probeDialect } from "./probe-dialect.ts";

const key = "0123456789abcdef0123456789abcdef";
const hash = (number: string) => `h1:${createHmac("sha256", key).update(number).digest("hex")}`;

/** A record as text, without the parts that may contain any digits or letters by chance. */
function withoutChance(record: unknown): string {
  return JSON.stringify(record, (name, value) =>
    name === "durationMs" || name === "credentialId" ? undefined : value,
  );
}

describe("a redacted audit", () => {
  it("has one keyed hash for a plate however it is written, and no plate", async () => {
    const { ask } = openCampus({ permits: [permit()], redact: { key } });
    const records = [];
    for (const plate of ["GXK204", " gxk-204 ", "ＧＸＫ２０４"]) {
      records.push((await ask({ plate, state: "NB", locationId: "lot-1" })).audit);
    }
    for (const audit of records) {
      expect(audit).toMatchObject({
        asked: { plate: hash("GXK204"), region: "NB", place: { by: "location", value: "lot-1" } },
        understood: { plateNumbers: [hash("GXK204")], region: "CA-NB", locationIds: ["lot-1"] },
        reason: "match",
        considered: ["P-1"],
      });
      expect(withoutChance(audit)).not.toMatch(/gxk|204\b/i);
    }
  });

  it("hashes look-alikes, and text that could not be read, as well", async () => {
    const { ask, handler, key: apiKey, audits } = openCampus({ redact: { key }, plateMatching: "ocr" });
    const { audit } = await ask({ plate: "B1" });
    expect(audit.understood?.plateNumbers).toEqual(["B1", "81", "BI", "BL"].map(hash));
    await handler(lookupRequest({ plate: "GXK204-GXK204-GXK204" }, { "x-api-key": apiKey }));
    expect(audits[1]).toMatchObject({
      asked: { plate: hash("GXK204-GXK204-GXK204") },
      reason: "invalid_request",
    });
  });

  it.each([
    ["as the state", { plate: "ABC123", state: "gxk 204" }, ["region"]],
    ["as the place", { plate: "ABC123", locationId: "GXK-204" }, ["place"]],
    ["as both", { plate: "ABC123", state: "GXK204", locationId: " gxk204 " }, ["region", "place"]],
    ["as the place of a plate that cannot be read", { plate: "---", locationId: "GXK204" }, ["place"]],
  ])("hashes a plate in the wrong field: %s", async (_, question, fields) => {
    const { handler, key: apiKey, audits } = openCampus({ permits: [permit()], redact: { key } });
    await handler(lookupRequest(question, { "x-api-key": apiKey }));
    const { asked } = audits[0] ?? {};
    expect(withoutChance(audits)).not.toMatch(/gxk|204\b/i);
    // It has the same hash as every other record of this plate.
    if (fields.includes("region")) expect(asked?.region).toBe(hash("GXK204"));
    if (fields.includes("place")) expect(asked?.place).toEqual({ by: "location", value: hash("GXK204") });
  });

  it("contains nothing else that a dialect of the host's own left in the question", async () => {
    const dialect = {
      ...probeDialect,
      parseQuery: () => ({ plate: "ABC 123", region: "NB", note: "GXK204", inner: { plate: "GXK204" } }),
    };
    const {
      handler,
      key: apiKey,
      audits,
    } = openCampus({
      provider: createT2FlexProvider({ dialect }),
      redact: { key },
    });
    await handler(lookupRequest({}, { "x-api-key": apiKey }));
    expect(audits[0]?.asked).toEqual({ plate: hash("ABC123"), region: "NB" });
  });

  it("covers a place that was not looked up, because the directory failed or the company is off", async () => {
    const broken = { ...directory, listLocations: () => Promise.reject(new Error("gone")) };
    for (const options of [{ directory: broken }, { companyId: "sleeping" }]) {
      const { ask } = openCampus({ redact: { key }, ...options });
      const { audit } = await ask({ plate: "ABC123", locationId: "GXK 204" });
      expect(audit.asked?.place?.value).toBe(hash("GXK204"));
    }
  });

  it("keeps the names that are close to an unknown place, and nothing of the question", async () => {
    const { ask } = openCampus({ redact: { key } });
    const { audit } = await ask({ plate: "ABC123", locationId: "LOT-1" });
    expect(audit.closest?.[0]).toMatchObject({
      name: "lot-1",
      difference: {
        kind: "case",
        expected: hash("LOT1"),
        codePoints: {},
        message: "differs at position 0 (case)",
      },
    });
    expect(JSON.stringify(audit)).not.toContain("LOT");
  });

  it("keeps known places, alone and in a list, also those that are switched off", async () => {
    const dialect = { ...probeDialect };
    const {
      handler,
      key: apiKey,
      audits,
    } = openCampus({
      redact: { key },
      provider: createT2FlexProvider({ dialect }),
    });
    const ask = (place: object) =>
      handler(lookupRequest({ plate: "ABC123", place }, { "x-api-key": apiKey }));
    await ask({ by: "station", value: "Closed Lot" });
    await ask({ by: "station", value: ["Lot 1", "GXK204"] });
    expect(audits.map(({ asked }) => asked?.place?.value)).toEqual(["Closed Lot", ["Lot 1", hash("GXK204")]]);
  });

  it("is useless without the key, which may be bytes", async () => {
    const asText = openCampus({ redact: { key } });
    const asBytes = openCampus({ redact: { key: new TextEncoder().encode(key) } });
    const other = openCampus({ redact: { key: key.toUpperCase() } });
    const plates = await Promise.all(
      [asText, asBytes, other].map(async ({ ask }) => (await ask({ plate: "GXK204" })).audit.asked?.plate),
    );
    expect(plates[1]).toBe(plates[0]);
    expect(plates[2]).not.toBe(plates[0]);
  });

  it("does not change the answer", async () => {
    const { ask } = openCampus({ permits: [permit()], redact: { key } });
    expect((await ask({ plate: "GXK204" })).sessions).toMatchObject([{ plate: "GXK204" }]);
  });

  it("is off by default", async () => {
    expect((await openCampus().ask({ plate: "GXK204" })).audit.asked?.plate).toBe("GXK204");
  });
});
