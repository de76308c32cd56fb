import { describe, expect, it } from "vitest";
import { isLookupDialect } from "../../../src/core/lookup/dialect.ts";
import { iris } from "../../../src/vendors/t2-flex/dialects/iris/iris.ts";
import {
  createT2FlexProvider,
  genetecDialect,
  offstreetDialect,
} from "../../../src/vendors/t2-flex/index.ts";
import { failureOf } from "../../support/registrations.ts";

describe("createT2FlexProvider", () => {
  it("is a frozen pull provider with the offstreet dialect", () => {
    const provider = createT2FlexProvider();
    expect(provider).toMatchObject({
      id: "t2-flex",
      vendor: "t2-flex",
      delivery: "pull",
      capabilities: { places: true },
      dialect: offstreetDialect,
    });
    expect(Object.isFrozen(provider)).toBe(true);
  });

  it("accepts an id and a dialect of the host's own", () => {
    const dialect = { ...offstreetDialect, id: "mine", places: false };
    const provider = createT2FlexProvider({ id: "flex-moncton", dialect });
    expect(provider).toMatchObject({ id: "flex-moncton", dialect, capabilities: { places: false } });
    expect(createT2FlexProvider({ dialect: offstreetDialect }).dialect).toBe(offstreetDialect);
    expect(createT2FlexProvider({ dialect: iris })).toMatchObject({
      dialect: iris,
      capabilities: { places: false },
    });
    expect(createT2FlexProvider({ dialect: genetecDialect })).toMatchObject({
      dialect: genetecDialect,
      capabilities: { places: true },
    });
  });

  it.each([
    [{ id: "" }, "id"],
    [{ id: 7 }, "id"],
    [{ dialect: "soap" }, "dialect"],
    [{ dialect: "offstreet" }, "dialect"],
    [{ dialect: "iris" }, "dialect"],
    [{ dialect: "genetec" }, "dialect"],
    [{ dialect: "constructor" }, "dialect"],
    [{ dialect: { ...offstreetDialect, serveDocument: "x" } }, "dialect"],
    [{ dialect: {} }, "dialect"],
    [{ dialect: null }, "dialect"],
    [{ dialect: { ...offstreetDialect, parseQuery: "x" } }, "dialect"],
    [{ dialect: { ...offstreetDialect, methods: "POST" } }, "dialect"],
    [{ dialect: { ...offstreetDialect, readCredential: 1 } }, "dialect"],
    [{ dialect: { ...offstreetDialect, probe: { toRequest() {} } } }, "dialect"],
    [{ dialects: "offstreet" }, undefined],
    [null, undefined],
    ["offstreet", undefined],
  ])("refuses %j", async (options, field) => {
    const failure = await failureOf(() => createT2FlexProvider(options as never));
    expect(failure).toMatchObject({ code: "invalid_config", field });
    expect(failure.message).toContain("createT2FlexProvider");
  });

  it("says where to import the dialects from, when it gets a name", () => {
    expect(() => createT2FlexProvider({ dialect: "iris" as never })).toThrow(
      /iris of "@offstreet\/enforcement\/dialects\/iris", genetecDialect of "@offstreet\/enforcement\/t2-flex"/,
    );
  });

  it("makes no calls", async () => {
    expect(await createT2FlexProvider().checkConnection()).toMatchObject({ status: "not_applicable" });
  });

  it("validates a mapping under its own id", () => {
    const providers = { "flex-moncton": { enabled: true } };
    const report = createT2FlexProvider({ id: "flex-moncton" }).validateMapping({
      company: { id: "fundy", name: "University of Fundy", providers },
      locations: [{ id: "lot-1", companyId: "fundy", name: "Lot 1", providers }],
      stations: [{ description: "Lot 1" }],
    });
    expect(report).toMatchObject({ providerId: "flex-moncton", ok: true, verified: true });
    expect(report.matches).toEqual([expect.objectContaining({ locationId: "lot-1", target: "Lot 1" })]);
  });

  it("describes the set-up in T2's words", () => {
    const { requirements, mappingChangeSteps } = createT2FlexProvider().setup;
    const text = JSON.stringify([requirements, mappingChangeSteps]);
    for (const words of [
      ...["User name and password", "Endpoint URL", "Mobile Payment Vendor", "Mobile Payment Station"],
      ...["Station Location", "Zone names", "ODC task", "TEST123"],
    ]) {
      expect(text).toContain(words);
    }
    expect(mappingChangeSteps.findIndex((step) => step.text.includes("ODC"))).toBeGreaterThan(0);
  });
});

describe("isLookupDialect", () => {
  it("requires every member of a dialect", () => {
    expect(isLookupDialect(offstreetDialect)).toBe(true);
    const { probe, ...required } = offstreetDialect;
    for (const key of Object.keys(required)) {
      expect(isLookupDialect({ ...offstreetDialect, [key]: undefined })).toBe(false);
    }
    for (const key of [
      "readCredential",
      "readToken",
      "serveDocument",
      "renderAnswers",
      "renderPlaces",
      "probe",
    ]) {
      expect([null, "x", {}].map((part) => isLookupDialect({ ...offstreetDialect, [key]: part }))).toEqual(
        Array(3).fill(false),
      );
    }
    expect(isLookupDialect({ ...required, probe: { ...probe, readReply: undefined } })).toBe(false);
    expect([undefined, null, "offstreet", () => {}].map(isLookupDialect)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });
});
