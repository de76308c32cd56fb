import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { dateTimeOf, parseInstant } from "../../src/core/instant.ts";
import { readOperationOptions } from "../../src/core/options.ts";
import { readPermit } from "../../src/core/permit/permit.ts";
import { readRegistration } from "../../src/core/registration/registration.ts";

/** A Date of another realm, such as a `vm` context's or Jest's. */
function foreignDate(text: string): Date {
  const date: Date = runInNewContext(`new Date(${JSON.stringify(text)})`);
  expect(date instanceof Date).toBe(false);
  return date;
}

const START = "2026-09-01T00:00:00.000Z";
const END = "2026-12-01T00:00:00.000Z";

const permit = () => ({
  id: "P-1",
  companyId: "c",
  plates: [{ raw: "GXK 204", number: "GXK204" }],
  locationIds: ["a"],
  validFrom: foreignDate(START),
  validTo: foreignDate(END),
  createdAt: foreignDate(START),
  revision: 1,
});

const registration = {
  companyId: "c",
  permitId: "P-1",
  locationId: "a",
  target: "Z",
  generation: 0,
  plate: { raw: "GXK 204", number: "GXK204" },
};

describe("a Date of another realm", () => {
  it("is an instant, and is copied into one of ours", () => {
    const read = parseInstant(foreignDate(START), "at");
    expect(read).toBeInstanceOf(Date);
    expect(read.toISOString()).toBe(START);
  });

  it("is read in permits, registrations and options", () => {
    const read = readPermit(permit());
    expect([read.validFrom, read.validTo, read.createdAt]).toEqual([
      new Date(START),
      new Date(END),
      new Date(START),
    ]);
    const dates = { validFrom: foreignDate(START), validTo: foreignDate(END) };
    expect(readRegistration({ ...registration, ...dates })).toMatchObject({ validFrom: START, validTo: END });
    expect(readOperationOptions({ at: foreignDate(START) }, new Date(END)).at).toEqual(new Date(START));
  });

  it("that is invalid is refused like an invalid one of this realm", () => {
    const invalid: Date = runInNewContext("new Date(NaN)");
    expect(() => parseInstant(invalid, "at")).toThrow("at: is not a valid date.");
  });

  it.each([
    ["an object with a Date's prototype", Object.create(Date.prototype)],
    ["what only looks like one", { getTime: () => 0, toISOString: () => START }],
    ["a Proxy of one", new Proxy(new Date(START), {})],
    ["a number", 0],
  ])("is not %s", (_, value) => {
    expect(dateTimeOf(value)).toBeUndefined();
    expect(() => parseInstant(value, "at")).toThrow("at: must be a Date");
  });
});
