import { beforeEach, describe, expect, it, vi } from "vitest";
import { defaultHotSpotWire } from "../../../src/vendors/hotspot/default-wire.ts";
import type { HotSpotOperation, HotSpotWire } from "../../../src/vendors/hotspot/wire.ts";
import { failureOf } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, ORIGIN, registration, SPOT } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);

beforeEach(() => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

/** A contract like OPSCOM's: the token in the body, refusals under HTTP 200. */
const bodyWire: HotSpotWire = {
  encode: ({ kind, token, companyToken, ...right }) => ({
    method: "PUT",
    path: `/push/${kind}`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      Token: token,
      Company: companyToken,
      Plate: right.plateNumber,
      Spot: right.spotId,
    }),
  }),
  decode({ body }) {
    const { Id, Error: code, Message: message } = JSON.parse(body);
    if (code === undefined) return { reference: Id };
    return { refusal: { reason: code === "TOKEN" ? "unauthorized" : "rejected", code, message } };
  },
};

const answering = (...replies: unknown[]) => ({
  provider: { wire: bodyWire, companyToken: "company-1" },
  instead: () => Response.json(replies.length > 1 ? replies.shift() : replies[0]),
});

describe("a wire of the host's own", () => {
  it("determines method, path, headers and body, and reads the reply", async () => {
    const { provider } = connect(vendor, answering({ Id: "A-7" }));

    const receipt = await provider.register(registration());

    expect(receipt).toMatchObject({ reference: "A-7", target: SPOT });
    expect(vendor.requests[0]).toMatchObject({ method: "PUT" });
    expect(vendor.requests[0]?.url.pathname).toBe("/hotspot/push/create");
    expect(vendor.requests[0]?.headers.has("authorization")).toBe(false);
    expect(JSON.parse(vendor.requests[0]?.body ?? "")).toEqual({
      Token: "token-1",
      Company: "company-1",
      Plate: "GXK204",
      Spot: SPOT,
    });
  });

  it("gets every change in vendor-neutral terms", async () => {
    const operations: HotSpotOperation[] = [];
    const { provider, clock } = connect(vendor, {
      provider: {
        wire: {
          ...defaultHotSpotWire,
          encode(operation) {
            operations.push(operation);
            return defaultHotSpotWire.encode(operation);
          },
        },
      },
    });
    const receipt = await provider.register(registration());
    await provider.amend(receipt, { validTo: null });
    await provider.cancel(receipt);

    const same = {
      permitReference: operations[0]?.permitReference,
      spotId: SPOT,
      plateNumber: "GXK204",
      region: "CA-NB",
      start: new Date("2026-09-01T03:00:00.000Z"),
      at: clock(),
      token: "token-1",
    };
    expect(operations).toEqual([
      { ...same, kind: "create", end: new Date("2026-12-31T04:00:00.000Z") },
      { ...same, kind: "amend", vendorReference: "HS-000001", end: new Date("2026-10-15T12:00:00.000Z") },
      { ...same, kind: "cancel", vendorReference: "HS-000001", end: clock() },
    ]);
  });

  it.each([
    ["with an encode of its own does not by default", bodyWire, false],
    ["with ownReferences: true does", { ...bodyWire, ownReferences: true }, true],
    ["with ownReferences: false does not", { ...defaultHotSpotWire, ownReferences: false }, false],
    ["with the default encode does", { ...defaultHotSpotWire, decode: bodyWire.decode }, true],
  ])("%s withdraw a registration by the provider's own reference", (_, wire, expected) => {
    expect(connect(vendor, { provider: { wire } }).provider.capabilities.ownReferences).toBe(expected);
  });

  it("may refuse under any status: the change was not applied", async () => {
    const { provider } = connect(
      vendor,
      answering({ Error: "FULL", Message: "No room for gxk 204, token-1, company-1" }),
    );

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({
      code: "rejected",
      status: 200,
      vendorCode: "FULL",
      outcome: "not_applied",
      attempts: 1,
      vendorMessage: "No room for [plate], [secret], [secret]",
    });
  });

  it("may refuse the token under any status: the token is requested again", async () => {
    const bench = answering({ Error: "TOKEN" }, { Id: "A-7" });
    const tokens = ["token-1", "token-2"];
    const { provider } = connect(vendor, {
      ...bench,
      provider: { ...bench.provider, token: () => tokens.shift() ?? "" },
    });

    expect((await provider.register(registration())).reference).toBe("A-7");
    expect(vendor.requests.map(({ body }) => JSON.parse(body).Token)).toEqual(["token-1", "token-2"]);
  });

  it.each<[string, HotSpotWire["decode"]]>([
    [
      "throws",
      () => {
        throw new Error("GXK204 token-1");
      },
    ],
    ["returns nothing", () => undefined as never],
    ["returns an empty reference", () => ({ reference: " " })],
    ["returns a number that has lost digits", () => ({ reference: 2 ** 64 }) as never],
  ])("whose decode %s makes a reply unreadable: the outcome of the change is unknown", async (_, decode) => {
    const { provider, sandbox } = connect(vendor, {
      provider: { wire: { ...defaultHotSpotWire, decode }, retries: 0 },
    });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ code: "invalid_response", outcome: "unknown" });
    expect(`${error.message} ${JSON.stringify(error)} ${error.stack}`).not.toMatch(/GXK204|token-1/);
    expect(sandbox.permits.size).toBe(1);
  });

  it("whose decode throws turns a refusal into no verdict: the change is repeated", async () => {
    const decode = () => JSON.parse("<p>");
    const { provider, faults } = connect(vendor, {
      provider: { wire: { ...defaultHotSpotWire, decode }, retries: 0 },
    });
    faults.add({ kind: "status", status: 409, body: { ErrorCode: 9022 } });

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({
      code: "unavailable",
      status: 409,
      outcome: "unknown",
      retryable: true,
    });
  });

  it.each<[string, HotSpotWire["encode"]]>([
    [
      "throws",
      () => {
        throw new Error("GXK204 token-1");
      },
    ],
    ["returns nothing", () => undefined as never],
    [
      "returns a path that would change the host",
      () => ({ method: "POST", path: ".evil.test/x", headers: {}, body: "" }),
    ],
  ])("whose encode %s is named in the error, and nothing is sent", async (_, encode) => {
    const { provider } = connect(vendor, { provider: { wire: { ...defaultHotSpotWire, encode } } });

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ code: "invalid_config", field: "wire.encode", outcome: "not_applied" });
    expect(JSON.stringify(error)).not.toMatch(/GXK204|token-1|evil/);
    expect(vendor.requests).toEqual([]);
  });
});
