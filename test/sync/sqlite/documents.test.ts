import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentOf, type Permit } from "../../../src/core/permit/permit.ts";
import type { ProviderState, Refusal, RegistrationState, Repair } from "../../../src/sync/ledger/delivery.ts";
import { NO_DELIVERY } from "../../../src/sync/ledger/delivery.ts";
import { decodeDelivery, encodeDelivery } from "../../../src/sync/ledger/delivery-document.ts";
import { decodePermit, encodePermit, plateNumbersIn } from "../../../src/sync/sqlite/permit-document.ts";
import { deliveryOf, permitOf, rightAt } from "../ledger/fixtures.ts";

const text = fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 });
const instant = fc.date({ min: new Date(0), max: new Date("9999-12-31"), noInvalidDate: true });
const iso = instant.map((date) => date.toISOString());
const operation = fc.constantFrom("register" as const, "amend" as const, "cancel" as const);

const plate = fc.record(
  { raw: text, number: text, region: text },
  { requiredKeys: ["raw", "number"], noNullPrototype: true },
);

const permit: fc.Arbitrary<Permit> = fc.record(
  {
    ...{ id: text, companyId: text, plates: fc.array(plate, { minLength: 1, maxLength: 3 }) },
    ...{ locationIds: fc.array(text, { minLength: 1, maxLength: 3 }), validFrom: instant },
    ...{ validTo: fc.option(instant), revision: fc.maxSafeNat(), createdAt: instant, holder: text },
    vehicle: fc.record({ make: text, color: text }, { requiredKeys: [], noNullPrototype: true }),
  },
  {
    requiredKeys: ["id", "companyId", "plates", "locationIds", "validFrom", "validTo", "revision"],
    noNullPrototype: true,
  },
);

// Few values, so that what may be left out of a document often is the same, and often almost the same.
const few = fc.constantFrom("one", "two");
const end = fc.constantFrom("2026-09-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z", null);

const registration = fc.record(
  {
    ...{ companyId: few, permitId: few, locationId: few, target: few, validFrom: iso, validTo: end },
    plate: fc.record({ number: few, region: few }, { requiredKeys: ["number"], noNullPrototype: true }),
    generation: fc.nat({ max: 2 }),
  },
  { noNullPrototype: true },
);

const refusal = fc.record(
  {
    operation,
    validTo: end,
    failedAt: iso,
    code: text,
    message: text,
    status: fc.nat(),
    vendorCode: text,
    vendorMessage: text,
    dismissed: fc.constant(true as const),
    reason: fc.constant("already_exists" as const),
    retryAt: iso,
    repeats: fc.nat(),
    behind: fc.constant(true as const),
  },
  { requiredKeys: ["operation", "validTo", "failedAt", "code", "message"], noNullPrototype: true },
) as fc.Arbitrary<Refusal>;

const repair = fc.record(
  {
    operation: fc.constantFrom("register" as const, "amend" as const),
    whenRefused: fc.constantFrom("replace" as const, "keep" as const),
    failure: refusal,
  },
  { requiredKeys: ["operation", "whenRefused"], noNullPrototype: true },
) as fc.Arbitrary<Repair>;

const trouble = fc.record(
  { at: iso, code: text, message: text, status: fc.nat(), vendorCode: text, vendorMessage: text },
  { requiredKeys: ["at", "code", "message"], noNullPrototype: true },
);

const withdrawn = fc.record(
  {
    ...{ reference: text, locationId: few, target: few, at: iso },
    plate: fc.record({ number: few, region: few }, { requiredKeys: ["number"], noNullPrototype: true }),
  },
  { noNullPrototype: true },
);

const right: fc.Arbitrary<RegistrationState> = fc
  .record({
    ...{ registration, other: registration, reference: few, validTo: end, isLike: fc.boolean() },
    doubt: fc.option(iso),
    extendAt: fc.option(iso),
    isLost: fc.boolean(),
    gaveWay: fc.option(fc.constant(true as const)),
    acknowledged: fc.option(iso),
    receipt: fc.option(
      fc.record({ providerId: few, reference: few, target: few, coveredUntil: end.map((one) => one ?? "") }),
    ),
    intent: fc.option(
      fc.record(
        {
          ...{ operation, at: iso, validTo: end, attempts: fc.nat(), notBefore: fc.option(iso) },
          ...{ waitMs: fc.nat(), tries: fc.nat(), repeats: fc.nat(), trouble },
        },
        {
          requiredKeys: ["operation", "at", "validTo", "attempts", "notBefore"],
          noNullPrototype: true,
        },
      ),
    ),
    failure: fc.option(refusal),
    repair: fc.option(repair),
  })
  .map(
    ({
      registration: asked,
      other,
      validTo,
      isLike,
      receipt,
      doubt,
      isLost,
      extendAt,
      gaveWay,
      acknowledged,
      repair: wanted,
      ...rest
    }) => ({
      ...{ ...rest, registration: asked },
      ...(doubt === null ? {} : { mayLastUntil: doubt }),
      ...(isLost ? { lost: true as const } : {}),
      ...(extendAt === null ? {} : { extendAt }),
      ...(gaveWay === null ? {} : { gaveWay }),
      ...(wanted === null ? {} : { repair: wanted }),
      ...(acknowledged === null || receipt === null ? {} : { acknowledgedAt: acknowledged }),
      receipt: receipt && {
        ...{ v: 1 as const, ...receipt },
        registration: isLike ? { ...asked, validTo } : other,
      },
    }),
  );

const delivery: fc.Arbitrary<ProviderState> = fc
  .record({
    ...{ rights: fc.array(right, { maxLength: 3 }), used: fc.array(fc.oneof(text, few), { maxLength: 2 }) },
    ...{ generation: fc.integer({ min: -1, max: 5 }), isErased: fc.boolean() },
    ...{ decidedAt: fc.option(iso), unmapped: fc.array(text, { maxLength: 2 }) },
    ended: fc.array(right, { maxLength: 2 }),
    gone: fc.array(withdrawn, { maxLength: 2 }),
  })
  .map(({ isErased, ended, gone, ...rest }) => ({
    ...{ v: 1 as const, ...rest },
    ...(isErased ? { erased: true } : {}),
    ...(ended.length === 0 ? {} : { ended }),
    ...(gone.length === 0 ? {} : { withdrawn: gone }),
  }));

const seed = Number(process.env["SEED"] ?? 20_260_915);

describe("documents", () => {
  it("return a permit unchanged and frozen", () => {
    fc.assert(
      fc.property(permit, (given) => {
        const { id, companyId, revision } = given;
        const decoded = decodePermit(encodePermit(given), { id, companyId, revision });
        expect(decoded).toStrictEqual(given);
        const parts = [
          decoded,
          decoded.plates,
          ...decoded.plates,
          decoded.locationIds,
          decoded.vehicle ?? decoded,
        ];
        expect(parts.every(Object.isFrozen)).toBe(true);
        expect(plateNumbersIn(encodePermit(given).content)).toEqual(
          new Set(given.plates.map(({ number }) => number)),
        );
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it("have the same content exactly when two permits differ in nothing but the raw text of their plates", () => {
    const change = fc.record({ raw: text, holder: text, permit });
    fc.assert(
      fc.property(change, ({ permit: one, raw, holder }) => {
        const written = { ...one, plates: one.plates.map((each) => ({ ...each, raw })) };
        expect(encodePermit(written).content).toBe(encodePermit(one).content);
        const other = { ...one, holder };
        const isSame = contentOf(other) === contentOf(one);
        expect(encodePermit(other).content === encodePermit(one).content).toBe(isSame);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it("return a delivery unchanged", () => {
    const id = { providerId: "one", permitId: "one" };
    fc.assert(
      fc.property(delivery, (given) => {
        const document = encodeDelivery(given, id);
        expect(document === null ? NO_DELIVERY : decodeDelivery(document, id)).toStrictEqual(given);
      }),
      { seed, numRuns: 5_000 },
    );
    expect(encodeDelivery(NO_DELIVERY, id)).toBeNull();
  });

  it("are small: each registration is stored once", () => {
    const made = rightAt("Zone 1");
    const acknowledged = deliveryOf([made]);
    const document = encodeDelivery(acknowledged, { providerId: "passport", permitId: "permit-1" }) ?? "";
    expect(document.split("ABC123")).toHaveLength(2);
    expect(document.length).toBeLessThan(JSON.stringify(acknowledged).length / 3);
    const plain = permitOf({ plates: [{ raw: "ABC123", number: "ABC123" }] });
    expect(encodePermit(plain).raws).toBeNull();
  });
});
