import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Receipt } from "../../../src/core/registration/registration.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, DOWNTOWN, OPERATOR, ORIGIN } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const LATER = new Date("2027-02-01T00:00:00.000Z");
const OPTIONS = { operatorId: OPERATOR, clientId: "client", clientSecret: "hunter2" };
const PLAIN_HTTP =
  "must be https, because tokens and plates are sent to it. Plain http is accepted only for localhost, 127.0.0.1 and " +
  "[::1]; put TLS in front of a sandbox on another host or container, or forward a port of this machine's loopback to it.";

describe("createPassportProvider", () => {
  it.each<[string, unknown, string]>([
    ["operatorId", "not-a-uuid-hunter2", "must be a UUID."],
    ["operatorId", undefined, "must be the Operator ID that Passport gave."],
    ["clientId", "", "must not be empty."],
    ["clientId", 7, "must be text."],
    ["clientSecret", "  ", "must be text that is not empty, or a function that gives it."],
    ["clientSecret", undefined, "must be text that is not empty, or a function that gives it."],
    ["environment", "hunter2", 'must be "production" or "staging".'],
    ["baseUrl", "http://hunter2.test", PLAIN_HTTP],
    ["zoneIds", "hunter2", 'must be "passport" or "external".'],
    ["currency", "hunter2", "must be an ISO 4217 code such as CAD."],
    ["openEndedDays", 0, "must be at least 1."],
    ["id", "", "must not be empty."],
    ["concurrency", 0, "must be at least 1."],
  ])("names the option %s when it is %j", async (name, value, words) => {
    const error = await failureOf(() => createPassportProvider({ ...OPTIONS, [name]: value }));

    expect(error).toMatchObject({ code: "invalid_config", field: name });
    expect(error.message).toBe(`createPassportProvider: ${name}: ${words}`);
    expect(JSON.stringify(error)).not.toContain("hunter2");
  });

  it("names an unknown option", async () => {
    const error = await failureOf(() => createPassportProvider({ ...OPTIONS, timeout: 10 } as never));

    expect(error.message).toContain('key "timeout" is not known');
  });

  it("uses the environment's host, and has documented defaults", async () => {
    const hosts: string[] = [];
    const fetch = async (input: Request | URL | string) => {
      hosts.push(new URL(new Request(input).url).origin);
      return new Response(null, { status: 400 });
    };
    for (const environment of [undefined, "production", "staging"] as const) {
      const chosen = environment === undefined ? {} : { environment };
      await failureOf(() =>
        createPassportProvider({ ...OPTIONS, ...chosen, fetch, retries: 0 }).checkConnection(),
      );
    }

    expect(hosts).toEqual([
      ...["https://api.us.passportinc.com", "https://api.us.passportinc.com"],
      "https://api.staging.passportinc.com",
    ]);
    expect(createPassportProvider(OPTIONS)).toMatchObject({
      id: "passport",
      vendor: "passport",
      delivery: "push",
      capabilities: {
        batchSize: 100,
        openEndedDays: 30,
        listZones: true,
        find: true,
        listRegistrations: true,
      },
    });
  });
});

describe("register", () => {
  it.each<[string, unknown]>([
    ["registration", null],
    ["registration", []],
    ["registration", { ...sampleRegistration(), zone: DOWNTOWN }],
    ["registration.companyId", { ...sampleRegistration(), companyId: "" }],
    ["registration.permitId", { ...sampleRegistration(), permitId: 7 }],
    ["registration.locationId", { ...sampleRegistration(), locationId: undefined }],
    ["registration.target", { ...sampleRegistration(), target: "  " }],
    ["registration.plate", { ...sampleRegistration(), plate: "GXK204" }],
    ["registration.plate.number", { ...sampleRegistration(), plate: { raw: "", number: "" } }],
    ["registration.plate.number", { ...sampleRegistration(), plate: { number: "gxk 204" } }],
    ["registration.plate.region", { ...sampleRegistration(), plate: { number: "GXK204", region: "NB" } }],
    ["registration.plate.region", { ...sampleRegistration(), plate: parsePlate("GXK204") }],
    ["registration.validFrom", { ...sampleRegistration(), validFrom: new Date(Number.NaN) }],
    ["registration.validFrom", { ...sampleRegistration(), validFrom: "2026-09-01T00:00:00" }],
    ["registration.validTo", { ...sampleRegistration(), validTo: undefined }],
    ["registration.validTo", { ...sampleRegistration(), validTo: new Date("2026-09-01T03:00:00.000Z") }],
    ["registration.generation", { ...sampleRegistration(), generation: -1 }],
  ])("names %s", async (field, registration) => {
    const { provider } = connect(vendor);

    const error = await failureOf(() => provider.register(registration as never));

    expect(error).toMatchObject({
      code: "invalid_input",
      field,
      operation: "register",
      providerId: "passport",
      outcome: "not_applied",
      attempts: 0,
    });
    expect(error.message).not.toMatch(/gxk/i);
    expect(vendor.requests).toEqual([]);
  });

  it("names both places where a region can be given", async () => {
    const { provider } = connect(vendor);

    const error = await failureOf(() =>
      provider.register(sampleRegistration({ plate: parsePlate("GXK204") })),
    );

    expect(error.message).toContain("registration.plate.region");
    expect(error.message).toContain("location.region");
    expect(error.message).toContain("Passport");
  });

  it.each<[string, unknown]>([
    ["options", { att: LATER }],
    ["options", "now"],
    ["options.at", { at: "yesterday" }],
    ["options.at", { at: new Date(Number.NaN) }],
    ["options.signal", { signal: {} }],
    ["options.retries", { retries: -1 }],
  ])("names %s", async (field, options) => {
    const { provider } = connect(vendor);

    expect(await failureOf(() => provider.register(sampleRegistration(), options as never))).toMatchObject({
      code: "invalid_input",
      field,
      operation: "register",
    });
    expect(await failureOf(() => provider.registerMany([], options as never))).toMatchObject({
      code: "invalid_input",
      field,
      operation: "registerMany",
    });
    expect(vendor.requests).toEqual([]);
  });
});

describe("amend and cancel", () => {
  it.each<[string, (receipt: Receipt) => unknown]>([
    ["receipt", () => undefined],
    ["receipt", (receipt) => JSON.stringify(receipt)],
    ["receipt", (receipt) => ({ ...receipt, more: 1 })],
    ["receipt.v", (receipt) => ({ ...receipt, v: 2 })],
    ["receipt.providerId", (receipt) => ({ ...receipt, providerId: "hotspot" })],
    ["receipt.reference", (receipt) => ({ ...receipt, reference: "" })],
    ["receipt.target", (receipt) => ({ ...receipt, target: 7 })],
    ["receipt.registration", (receipt) => ({ ...receipt, registration: null })],
    [
      "receipt.registration.plate.number",
      (receipt) => ({ ...receipt, registration: { ...receipt.registration, plate: { number: "gxk" } } }),
    ],
    ["receipt.coveredUntil", (receipt) => ({ ...receipt, coveredUntil: "soon" })],
  ])("name %s", async (field, damage) => {
    const { provider, count } = connect(vendor);
    const receipt = damage(await provider.register(sampleRegistration())) as Receipt;

    const amending = await failureOf(() => provider.amend(receipt, { validTo: LATER }));
    const cancelling = await failureOf(() => provider.cancel(receipt));

    expect(amending).toMatchObject({ code: "invalid_input", field, operation: "amend" });
    expect(cancelling).toMatchObject({ code: "invalid_input", field, operation: "cancel" });
    expect(count("/events")).toBe(1);
  });

  it.each<[string, unknown]>([
    ["validTo", undefined],
    ["validTo", {}],
    ["validTo", { validTo: "tomorrow" }],
    ["validTo", { validTo: new Date(Number.NaN) }],
    ["validTo", { validTo: new Date("2026-09-01T03:00:00.000Z") }],
    ["options", { validTo: LATER, plate: "GXK204" }],
    ["options.at", { validTo: LATER, at: 7 }],
  ])("amend names %s", async (field, change) => {
    const { provider, count } = connect(vendor);
    const receipt = await provider.register(sampleRegistration());

    expect(await failureOf(() => provider.amend(receipt, change as never))).toMatchObject({
      code: "invalid_input",
      field,
      operation: "amend",
    });
    expect(count("/events")).toBe(1);
  });
});

describe("the …Many calls", () => {
  it.each(["registerMany", "amendMany", "cancelMany"] as const)("%s requires an array", async (operation) => {
    const { provider } = connect(vendor);

    for (const inputs of [undefined, null, {}, "all", new Set()]) {
      expect(await failureOf(() => provider[operation](inputs as never))).toMatchObject({
        code: "invalid_input",
        operation,
      });
    }
  });
});

describe("listZones, find and checkConnection", () => {
  it.each<[string, (bench: ReturnType<typeof connect<"passport">>) => unknown]>([
    ["options", ({ provider }) => provider.listZones({ force: true } as never)],
    ["options.refresh", ({ provider }) => provider.listZones({ refresh: "yes" } as never)],
    ["options.signal", ({ provider }) => provider.listZones({ signal: 7 } as never)],
    ["options", ({ provider }) => provider.checkConnection({ deep: true } as never)],
    ["query", ({ provider }) => provider.find(undefined as never)],
    ["query.plate", ({ provider }) => provider.find({ plate: "GXK204", target: DOWNTOWN } as never)],
    ["query.target", ({ provider }) => provider.find({ plate: parsePlate("GXK204"), target: "" })],
  ])("name %s", async (field, call) => {
    const bench = connect(vendor);

    expect(await failureOf(() => call(bench))).toMatchObject({ code: "invalid_input", field });
    expect(vendor.requests).toEqual([]);
  });
});
