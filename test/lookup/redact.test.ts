import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { lookupRequest, openCampus, permit } from "./campus.ts";

const key = "0123456789abcdef0123456789abcdef";
const hash = (number: string) => `h1:${createHmac("sha256", key).update(number).digest("hex")}`;

describe("a redacted audit", () => {
  it("holds one keyed hash for a plate however it is written, and no plate", async () => {
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
      expect(JSON.stringify(audit)).not.toMatch(/gxk|204\b/i);
    }
  });

  it("hashes look-alikes, and what could not be read, as well", async () => {
    const { ask, handler, key: apiKey, audits } = openCampus({ redact: { key }, plateMatching: "ocr" });
    const { audit } = await ask({ plate: "B1" });
    expect(audit.understood?.plateNumbers).toEqual(["B1", "81", "BI", "BL"].map(hash));
    await handler(lookupRequest({ plate: "GXK204-GXK204-GXK204" }, { "x-api-key": apiKey }));
    expect(audits[1]).toMatchObject({
      asked: { plate: hash("GXK204-GXK204-GXK204") },
      reason: "invalid_request",
    });
  });

  it("is of no use to who has another key, and takes bytes for one", async () => {
    const asText = openCampus({ redact: { key } });
    const asBytes = openCampus({ redact: { key: new TextEncoder().encode(key) } });
    const other = openCampus({ redact: { key: key.toUpperCase() } });
    const plates = await Promise.all(
      [asText, asBytes, other].map(async ({ ask }) => (await ask({ plate: "GXK204" })).audit.asked?.plate),
    );
    expect(plates[1]).toBe(plates[0]);
    expect(plates[2]).not.toBe(plates[0]);
  });

  it("does not touch the answer", async () => {
    const { ask } = openCampus({ permits: [permit()], redact: { key } });
    expect((await ask({ plate: "GXK204" })).sessions).toMatchObject([{ plate: "GXK204" }]);
  });

  it("is by default not redacted", async () => {
    expect((await openCampus().ask({ plate: "GXK204" })).audit.asked?.plate).toBe("GXK204");
  });
});
