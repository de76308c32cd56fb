import { describe, expect, it } from "vitest";
import type { Company } from "../../../src/core/directory/directory.ts";
import { readAnsweredLocations } from "../../../src/core/directory/read-answers.ts";
import type { LookupPlace } from "../../../src/core/lookup/dialect.ts";
import type { StoredCredential } from "../../../src/core/lookup/lookup-message.ts";
import { createScopeFinder, resolveScope } from "../../../src/lookup/decide/scope.ts";
import { companies, directory, locations } from "../campus.ts";

const [fundy, tantramar] = companies as [Company, Company];
const findScope = createScopeFinder();
const providerId = "t2-flex";
const credential: StoredCredential = { id: "c", companyId: "fundy", hashes: [] };
const listed = readAnsweredLocations(directory.listLocations("fundy"), "fundy");

const places: Array<LookupPlace | undefined> = [
  undefined,
  ...locations.map(({ id }) => ({ by: "location" as const, value: id })),
  ...["Lot 1", "Station Three", "Lot 3", "Core", ""].flatMap((value) => [
    { by: "station" as const, value },
    { by: "zone" as const, value },
  ]),
  { by: "zone", value: ["Core", "Lot 1"] },
  { by: "zone", value: ["Core", "Nowhere"] },
];

describe("cached scopes", () => {
  it.each(places)("equal those of resolveScope: %j", (place) => {
    for (const locationIds of [undefined, ["lot-2"]]) {
      const asked = {
        credential: { ...credential, ...(locationIds === undefined ? {} : { locationIds }) },
        place,
        providerId,
      };
      expect(findScope(fundy, listed, asked)).toEqual(resolveScope(fundy, listed, asked));
    }
  });

  it("are created once", () => {
    const asked = { credential, place: undefined, providerId };
    expect(findScope(fundy, listed, asked)).toBe(findScope(fundy, listed, asked));
  });

  it("are separate for each provider", () => {
    const other = { ...fundy, providers: { ...fundy.providers, other: { enabled: true } } };
    const asked = { credential, place: undefined, providerId: "other" };
    expect(findScope(other, listed, asked)).toEqual(resolveScope(other, listed, asked));
    expect(findScope(fundy, listed, { ...asked, providerId })).not.toEqual(findScope(other, listed, asked));
  });

  it("are not cached for a list that can change", () => {
    const list = [...locations];
    const asked = { credential, place: undefined, providerId };
    const before = findScope(fundy, readAnsweredLocations(list, "fundy"), asked);
    list.length = 1;
    expect(before).toMatchObject({ locationIds: ["lot-1", "lot-2", "lot-3"] });
    expect(findScope(fundy, readAnsweredLocations(list, "fundy"), asked)).toMatchObject({
      locationIds: ["lot-1"],
    });
  });

  it("are not those of another company whose list the directory returns", () => {
    const asked = { credential, place: undefined, providerId };
    const leaked = readAnsweredLocations(directory.listLocations("fundy"), "tantramar");
    expect(findScope(tantramar, leaked, asked)).toMatchObject({ locationIds: [] });
  });

  it("are not used for a company that is switched off", () => {
    const off = { ...fundy, providers: {} };
    const asked = { credential, place: undefined, providerId };
    expect(findScope(off, listed, asked)).toEqual(resolveScope(off, listed, asked));
  });
});
