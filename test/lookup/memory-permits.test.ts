import { describe, expect, it } from "vitest";
import type { Permit } from "../../src/core/permit/permit.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import { type MemoryPermits, memoryPermits } from "../../src/lookup/memory-permits.ts";
import { failureOf } from "../support/registrations.ts";
import { now, permit } from "./campus.ts";

function idsIn(permits: MemoryPermits, number: string, companyId = "fundy"): string[] {
  const { signal } = new AbortController();
  const found = permits.findPermits({
    companyId,
    plateNumbers: [number],
    locationIds: ["lot-1"],
    at: now,
    signal,
  });
  return [...(found as Iterable<Permit>)].map(({ id, revision }) => `${id}@${revision}`);
}

describe("memoryPermits", () => {
  it("finds by company and plate number", () => {
    const permits = memoryPermits([
      permit({ id: "A", plates: [parsePlate("ONE"), parsePlate("TWO")] }),
      permit({ id: "B", plates: [parsePlate("ONE")] }),
      permit({ id: "C", plates: [parsePlate("ONE")], companyId: "tantramar" }),
    ]);
    expect(permits.size).toBe(3);
    expect(idsIn(permits, "ONE")).toEqual(["A@1", "B@1"]);
    expect(idsIn(permits, "TWO")).toEqual(["A@1"]);
    expect(idsIn(permits, "ONE", "tantramar")).toEqual(["C@1"]);
    expect(idsIn(permits, "ONE", "nobody")).toEqual([]);
    expect(idsIn(permits, "__proto__")).toEqual([]);
  });

  it("replaces a permit by a newer revision, plates and company included", () => {
    const permits = memoryPermits([
      permit({ plates: [parsePlate("OLD")] }),
      permit({ id: "P-2", plates: [parsePlate("OLD")] }),
    ]);
    expect(permits.set(permit({ plates: [parsePlate("NEW")], revision: 2 }))).toBe(true);
    expect([idsIn(permits, "OLD"), idsIn(permits, "NEW")]).toEqual([["P-2@1"], ["P-1@2"]]);
    expect(permits.set(permit({ plates: [parsePlate("NEW")], revision: 3, companyId: "tantramar" }))).toBe(
      true,
    );
    expect([idsIn(permits, "NEW"), idsIn(permits, "NEW", "tantramar")]).toEqual([[], ["P-1@3"]]);
    expect(permits.size).toBe(2);
  });

  it("ignores an older revision and a repeat", () => {
    const permits = memoryPermits([permit({ revision: 2, holder: "Ann" })]);
    expect(permits.set(permit({ revision: 1, validTo: null }))).toBe(false);
    expect(permits.set(permit({ revision: 2, holder: "Ann", plates: [parsePlate("gxk-204")] }))).toBe(false);
    expect(idsIn(permits, "GXK204")).toEqual(["P-1@2"]);
  });

  it("refuses another permit under the same revision", async () => {
    const permits = memoryPermits([permit()]);
    for (const change of [
      { validTo: null },
      { holder: "Ann" },
      { locationIds: ["lot-2"] },
      { plates: [parsePlate("B")] },
    ]) {
      const failure = await failureOf(() => permits.set(permit(change)));
      expect(failure).toMatchObject({ code: "invalid_input", field: "permit.revision" });
    }
    expect(idsIn(permits, "GXK204")).toEqual(["P-1@1"]);
  });

  it("removes by id", () => {
    const permits = memoryPermits([permit(), permit({ id: "P-2" }), permit({ id: "P-3" })]);
    expect([permits.remove("P-2"), permits.remove("P-2"), permits.remove("nobody")]).toEqual([
      true,
      false,
      false,
    ]);
    expect(idsIn(permits, "GXK204")).toEqual(["P-1@1", "P-3@1"]);
    expect([permits.remove("P-1"), permits.remove("P-3"), permits.size]).toEqual([true, true, 0]);
    expect(idsIn(permits, "GXK204")).toEqual([]);
  });

  it("is not affected by later changes to its input", () => {
    const given = { ...permit(), locationIds: ["lot-1"], plates: [parsePlate("ONE")] };
    const permits = memoryPermits([given]);
    given.plates.push(parsePlate("TWO"));
    given.locationIds.push("lot-2");
    expect(idsIn(permits, "TWO")).toEqual([]);
    expect(permits.set(permit({ plates: [parsePlate("ONE")] }))).toBe(false);
  });

  it("counts a plate once that a permit names twice", () => {
    const permits = memoryPermits([
      permit({ plates: [parsePlate("ONE"), parsePlate("ONE", { region: "NB" })] }),
    ]);
    expect(idsIn(permits, "ONE")).toEqual(["P-1@1"]);
  });

  it("returns a permit once that has several of the requested plates", () => {
    const { findPermits } = memoryPermits([permit({ plates: [parsePlate("ONE"), parsePlate("TWO")] })]);
    const { signal } = new AbortController();
    const plateNumbers = ["ONE", "TWO"];
    expect(findPermits({ companyId: "fundy", plateNumbers, locationIds: [], at: now, signal })).toHaveLength(
      1,
    );
  });

  it("has a findPermits that works on its own", () => {
    const { findPermits } = memoryPermits([permit()]);
    const { signal } = new AbortController();
    const query = { companyId: "fundy", plateNumbers: ["GXK204"], locationIds: [], at: now, signal };
    expect(findPermits(query)).toHaveLength(1);
  });

  it.each([
    [undefined, "permits"],
    ["P-1", "permits"],
    [[permit(), {}], "permits[1].plates"],
    [[{ ...permit(), surprise: 1 }], "permits[0]"],
    [[permit(), permit({ validTo: null })], "permits[1].revision"],
  ])("refuses invalid permits: %#", async (given, field) => {
    expect(await failureOf(() => memoryPermits(given as never))).toMatchObject({
      code: "invalid_input",
      field,
    });
  });
});

describe("a permit that memoryPermits returns", () => {
  it("is frozen, because memoryPermits keeps it", () => {
    const { findPermits } = memoryPermits([permit({ vehicle: { make: "Saab" } })]);
    const { signal } = new AbortController();
    const query = { companyId: "fundy", plateNumbers: ["GXK204"], locationIds: [], at: now, signal };
    const [found] = [...(findPermits(query) as Iterable<Permit>)];
    const parts = [found, found?.plates, found?.plates[0], found?.locationIds, found?.vehicle];
    expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
  });
});
