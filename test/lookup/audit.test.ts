import { describe, expect, it } from "vitest";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { careless, lookupRequest, minutes, now, openCampus, permit } from "./campus.ts";

describe("the audit", () => {
  it("records an answer as plain JSON", async () => {
    const findPermits = careless([
      permit(),
      permit({ id: "P-2", validTo: minutes(-1) }),
      permit({ id: "P-3", plates: [parsePlate("OTHER")] }),
      permit({ id: "P-4", companyId: "tantramar" }),
    ]);
    const { ask, username } = openCampus({ findPermits });
    const { audit } = await ask({ plate: "gxk-204", state: "Nouveau-Brunswick", locationId: "lot-1" });
    expect(JSON.parse(JSON.stringify(audit))).toEqual({
      v: 1,
      at: now.toISOString(),
      durationMs: expect.any(Number),
      providerId: "t2-flex",
      dialect: "offstreet",
      credentialId: username,
      companyId: "fundy",
      asked: { plate: "gxk-204", region: "Nouveau-Brunswick", place: { by: "location", value: "lot-1" } },
      understood: { plateNumbers: ["GXK204"], region: "CA-NB", locationIds: ["lot-1"] },
      status: "valid",
      reason: "match",
      httpStatus: 200,
      considered: ["P-1", "P-2"],
      answered: ["P-1"],
      dropped: 2,
    });
  });

  it("records a plate that cannot be read, with what is known", async () => {
    const { handler, key, audits, username } = openCampus();
    await handler(lookupRequest({ plate: "", state: "NB" }, { "x-api-key": key }));
    expect(audits).toEqual([
      {
        v: 1,
        at: now.toISOString(),
        durationMs: expect.any(Number),
        providerId: "t2-flex",
        dialect: "offstreet",
        credentialId: username,
        companyId: "fundy",
        asked: { plate: "", region: "NB" },
        status: "undetermined",
        reason: "invalid_request",
        httpStatus: 503,
        considered: [],
        answered: [],
        dropped: 0,
        failure: { at: "request", message: "plate: must hold at least one letter A–Z or digit." },
      },
    ]);
  });

  it("holds no secret", async () => {
    const { ask, key, audits } = openCampus({ permits: [permit()] });
    await ask({ plate: "GXK204" });
    expect(JSON.stringify(audits)).not.toContain(key);
  });

  it.each([
    () => {
      throw new Error("the log is full");
    },
    () => Promise.reject(new Error("the log is full")),
  ])("never changes the answer, however its listener fails", async (onAnswer) => {
    const { handler, key } = openCampus({ permits: [permit()], onAnswer });
    const response = await handler(lookupRequest({ plate: "GXK204" }, { "x-api-key": key }));
    expect(await response.json()).toMatchObject({ sessions: [{ permitId: "P-1" }] });
  });

  it("names nothing of another company when a place is unknown", async () => {
    const { ask } = openCampus();
    const { audit } = await ask({ plate: "GXK204", locationId: "quads" });
    expect(audit).toMatchObject({ reason: "unknown_place", closest: [] });
  });
});
