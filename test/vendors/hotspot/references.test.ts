import { describe, expect, it, vi } from "vitest";
import { referenceOf } from "../../../src/core/registration/identity.ts";
import { type Receipt, readRegistration } from "../../../src/core/registration/registration.ts";
import { defaultHotSpotWire } from "../../../src/vendors/hotspot/default-wire.ts";
import { failureOf } from "../../support/registrations.ts";
import { serveVendor } from "../../support/vendor-server.ts";
import { connect, ORIGIN, registration, SPOT } from "./provider-bench.ts";

const vendor = serveVendor(ORIGIN);
const LATER = new Date("2027-02-01T00:00:00.000Z");
const bodies = () => vendor.requests.map(({ body }) => JSON.parse(body));

/** Answers each request with the next of `replies`. */
function answering(...replies: [status: number, body: string][]) {
  return connect(vendor, {
    provider: { retries: 0 },
    instead() {
      const [status, body] = replies.shift() ?? [500, ""];
      return new Response(body, { status });
    },
  });
}

describe("HotSpot's reference", () => {
  it.each([
    ["12345678901234567890", "12345678901234567890"],
    ["9007199254740993", "9007199254740993"],
    ["1.0", "1.0"],
    ["1e3", "1e3"],
    ['"007"', "007"],
    ['"12345678901234567890"', "12345678901234567890"],
  ])("%s keeps every digit, in the receipt and in later changes", async (written, reference) => {
    const accepted = `{"Reference":${written}}`;
    const { provider } = answering([201, accepted], [200, accepted], [200, accepted]);

    const receipt = await provider.register(registration());
    await provider.amend(receipt, { validTo: LATER });
    await provider.cancel(receipt);

    expect(receipt.reference).toBe(reference);
    expect(bodies().map(({ Reference }) => Reference)).toEqual([undefined, reference, reference]);
  });

  it.each([
    ["12345678901234567890", undefined],
    ["142", "142"],
  ])("%s is never shortened, where the runtime does not show how it was written", (written, reference) => {
    const parse = JSON.parse;
    vi.spyOn(JSON, "parse").mockImplementation((text, reviver) =>
      parse(text, (key, value) => reviver?.call({}, key, value)),
    );
    const response = { status: 201, headers: new Headers(), body: `{"Reference":${written}}` };
    const result = defaultHotSpotWire.decode(response);
    vi.restoreAllMocks();

    expect(result).toEqual(reference === undefined ? { noVerdict: "has no Reference" } : { reference });
  });

  it("of a right that already exists keeps every digit, too", async () => {
    const { provider } = answering(
      [409, '{"ErrorCode":9022,"Reference":12345678901234567890}'],
      [200, '{"Reference":"A-1"}'],
    );

    const receipt = await provider.register(registration());

    expect(receipt.reference).toBe("12345678901234567890");
    expect(bodies()[1]).toMatchObject({ Reference: "12345678901234567890" });
  });
});

describe("the repeat of a create", () => {
  it("keeps the right's reference, not the amendment's", async () => {
    const { provider } = answering(
      [409, '{"ErrorCode":9022,"Reference":"R-1"}'],
      [200, '{"Reference":"AMENDMENT-9"}'],
      [200, '{"Reference":"R-1"}'],
    );

    const receipt = await provider.register(registration());
    await provider.cancel(receipt);

    expect(receipt.reference).toBe("R-1");
    expect(bodies()[2]).toMatchObject({ Reference: "R-1" });
  });

  it("keeps the provider's own where HotSpot does not return the right's, and later changes use it alone", async () => {
    const { provider } = answering(
      [409, '{"ErrorCode":9022}'],
      [200, '{"Reference":"AMENDMENT-9"}'],
      [200, '{"Reference":"AMENDMENT-10"}'],
      [200, '{"Reference":"R-1"}'],
    );

    const receipt = await provider.register(registration());
    const amended = await provider.amend(receipt, { validTo: LATER });
    await provider.cancel(amended);

    const ours = bodies()[0].PermitReference;
    expect([receipt.reference, amended.reference]).toEqual([ours, ours]);
    expect(bodies().slice(1)).toEqual([
      { PermitReference: ours, EndTime: expect.any(String) },
      { PermitReference: ours, EndTime: LATER.toISOString() },
      { PermitReference: ours, EndTime: expect.any(String) },
    ]);
  });

  it.each([
    ["the token is refused meanwhile", 403, 9002, "unauthorized"],
    ["the new end is refused", 400, 9005, "rejected"],
  ])("reports when %s", async (_, status, code, expected) => {
    const { provider } = answering(
      [409, '{"ErrorCode":9022,"Reference":"R-1"}'],
      [status, `{"ErrorCode":${code}}`],
    );

    const error = await failureOf(() => provider.register(registration()));

    expect(error).toMatchObject({ code: expected, vendorCode: String(code), outcome: "not_applied" });
    expect(error.reason).toBeUndefined();
  });

  it("has an unknown outcome when a gateway answers the amendment", async () => {
    const { provider } = answering([409, '{"ErrorCode":9022,"Reference":"R-1"}'], [404, "<p>no"]);

    expect(await failureOf(() => provider.register(registration()))).toMatchObject({
      code: "unavailable",
      outcome: "unknown",
    });
  });
});

describe("a right whose reply was lost", () => {
  /** How sync plans a registration with an unknown outcome. */
  function receiptByOurReference(): Receipt {
    const right = readRegistration(registration());
    const reference = referenceOf("hotspot", right);
    const coveredUntil = "2026-12-31T04:00:00.000Z";
    return {
      v: 1,
      providerId: "hotspot",
      reference,
      target: SPOT,
      registration: right,
      coveredUntil,
    };
  }

  it("is cancelled by the provider's own reference", async () => {
    const { provider, sandbox, faults } = connect(vendor, { provider: { retries: 0 } });
    faults.add({ kind: "reset-after" });
    await failureOf(() => provider.register(registration()));
    expect([...sandbox.permits.values()]).toMatchObject([{ status: "active" }]);

    await provider.cancel(receiptByOurReference());

    expect([...sandbox.permits.values()]).toMatchObject([{ status: "cancelled" }]);
    expect(bodies()[1]).toEqual({
      PermitReference: bodies()[0].PermitReference,
      EndTime: expect.any(String),
    });
  });

  it("counts as ended when HotSpot does not know it", async () => {
    const { provider, sandbox } = connect(vendor);

    expect(await provider.cancel(receiptByOurReference())).toBeUndefined();
    expect([sandbox.permits.size, vendor.requests.length]).toEqual([0, 1]);
  });
});

describe("the reason of HotSpot's refusal", () => {
  it.each([
    ["amend", 9009, "not_found"],
    ["amend", 9022, undefined],
    ["amend", 9005, undefined],
    ["register", 9009, undefined],
    ["register", 9005, undefined],
    ["cancel", 9005, undefined],
  ] as const)("%s with %i is %s", async (operation, code, reason) => {
    const { provider } = answering([201, '{"Reference":"R-1"}'], [400, `{"ErrorCode":${code}}`]);
    const receipt = await provider.register(registration());
    const run = {
      register: () => provider.register(registration({ permitId: "P-2" })),
      amend: () => provider.amend(receipt, { validTo: LATER }),
      cancel: () => provider.cancel(receipt),
    };

    const error = await failureOf(run[operation]);

    expect(error).toMatchObject({ code: "rejected", vendorCode: String(code) });
    expect(error.reason).toBe(reason);
  });
});
