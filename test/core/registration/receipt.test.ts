import { describe, expect, test } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import { type Receipt, readReceipt, readRegistration } from "../../../src/core/registration/registration.ts";

const receipt: Receipt = {
  v: 1,
  providerId: "passport",
  reference: "r-1",
  target: "zone-id",
  coveredUntil: "2026-10-01T00:00:00.000Z",
  registration: readRegistration({
    companyId: "u",
    permitId: "p1",
    locationId: "a",
    target: "Z",
    plate: parsePlate("ab 1", { region: "NB" }),
    validFrom: new Date("2026-09-01T00:00:00Z"),
    validTo: null,
    generation: 3,
  }),
};

describe("readReceipt", () => {
  test("reads a receipt that was stored as JSON", () => {
    expect(readReceipt(JSON.parse(JSON.stringify(receipt)), "passport")).toEqual(receipt);
  });

  test("accepts instants with any offset and writes them in UTC", () => {
    const kept = readReceipt({ ...receipt, coveredUntil: "2026-10-01T00:00:00-03:00" }, "passport");
    expect(kept.coveredUntil).toBe("2026-10-01T03:00:00.000Z");
  });

  test.each([
    ["receipt", undefined],
    ["receipt", JSON.stringify(receipt)],
    ["receipt", { ...receipt, zone: "Z" }],
    ["receipt.v", { ...receipt, v: 2 }],
    ["receipt.v", { ...receipt, v: undefined }],
    ["receipt.providerId", { ...receipt, providerId: "passport-b" }],
    ["receipt.reference", { ...receipt, reference: "" }],
    ["receipt.target", { ...receipt, target: undefined }],
    ["receipt.coveredUntil", { ...receipt, coveredUntil: "2026-10-01T00:00:00" }],
    ["receipt.coveredUntil", { ...receipt, coveredUntil: null }],
    ["receipt.registration", { ...receipt, registration: null }],
    [
      "receipt.registration.plate.number",
      { ...receipt, registration: { ...receipt.registration, plate: {} } },
    ],
  ])("names %s", (field, value) => {
    expect(() => readReceipt(value, "passport")).toThrow(
      expect.objectContaining({ code: "invalid_input", field }),
    );
  });

  test("shows no plate in a refusal", () => {
    const damaged = { ...receipt, registration: { ...receipt.registration, plate: { number: "ab 1 x" } } };
    expect(() => readReceipt(damaged, "passport")).toThrow(/^(?!.*ab 1 x)/);
  });
});
