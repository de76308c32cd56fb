import fc from "fast-check";
import type { Company, Location } from "../../../src/core/directory/directory.ts";
import type { Permit } from "../../../src/core/permit/permit.ts";
import { now } from "../campus.ts";
import type { Question, World } from "./naive-lookup.ts";

// Small sets, so that values coincide: the same plate in two companies, the same location id in two companies, plates
// that differ in one look-alike character, ends at this very instant.

const companyIds = ["one", "two", "three"];
const locationIds = ["a", "b", "c", "d"];
const numbers = ["AB1", "A81", "ABI", "A8I", "XYZ", "XY2"];
const regions = [undefined, "CA-NB", "CA-NS"];

const starts = fc.constantFrom(
  -7_200_000,
  -3_600_001,
  -3_600_000,
  -300_001,
  -300_000,
  -299_999,
  -1,
  0,
  1,
  60_000,
);
const switches = fc.constantFrom<Location["providers"][]>(
  { "t2-flex": { enabled: true } },
  { "t2-flex": { enabled: true } },
  { "t2-flex": { enabled: true, target: "Station X" } },
  { "t2-flex": { enabled: false } },
  { hotspot: { enabled: true } },
);

const company = (id: string): fc.Arbitrary<Company> =>
  fc.record({
    id: fc.constant(id),
    name: fc.constant(`Company ${id}`),
    providers: fc.oneof(
      { arbitrary: fc.constant<Company["providers"]>({ "t2-flex": { enabled: true } }), weight: 8 },
      {
        arbitrary: fc.constantFrom<Company["providers"][]>({ "t2-flex": { enabled: false } }, {}),
        weight: 1,
      },
    ),
  });

const location = (companyId: string, id: string): fc.Arbitrary<Location> =>
  fc
    .record({
      name: fc.constantFrom("North", "South", "East"),
      zoneName: fc.constantFrom(undefined, "Core", "North"),
      region: fc.constantFrom(...regions),
      providers: switches,
    })
    .map(({ zoneName, region, ...rest }) => ({
      id,
      companyId,
      ...rest,
      ...(zoneName === undefined ? {} : { zoneName }),
      ...(region === undefined ? {} : { region }),
    }));

const plate = fc
  .record({ number: fc.constantFrom(...numbers), region: fc.constantFrom(...regions) })
  .map(({ number, region }) =>
    region === undefined ? { raw: number, number } : { raw: number, number, region },
  );

export const permitOf = (companyId: fc.Arbitrary<string>): fc.Arbitrary<Permit> =>
  fc
    .record({
      id: fc.constantFrom("P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"),
      companyId,
      plates: fc.array(plate, { minLength: 1, maxLength: 4, size: "max" }),
      locationIds: fc.array(fc.constantFrom(...locationIds), { minLength: 1, maxLength: 3 }),
      from: starts,
      length: fc.constantFrom(1, 299_999, 3_600_000, 3_600_000, 86_400_000, undefined),
      revision: fc.nat({ max: 3 }),
    })
    .map(({ from, length, ...rest }) => ({
      ...rest,
      validFrom: new Date(now.getTime() + from),
      validTo: length === undefined ? null : new Date(now.getTime() + from + length),
    }));

/** Two or three companies that share location ids, permit ids and plates. */
export const worlds: fc.Arbitrary<World> = fc
  .record({
    companies: fc.tuple(company("one"), company("two")),
    locations: fc.tuple(
      ...["one", "two"].flatMap((companyId) => locationIds.map((id) => location(companyId, id))),
    ),
    permits: fc.uniqueArray(permitOf(fc.constantFrom(...companyIds)), {
      minLength: 4,
      maxLength: 16,
      size: "max",
      selector: ({ companyId, id, revision }) => `${companyId} ${id} ${revision}`,
    }),
  })
  .map(({ locations, ...rest }) => ({ ...rest, locations: locations.filter(({ name }) => name !== "East") }));

export const questions: fc.Arbitrary<Question> = fc.record({
  companyId: fc.constantFrom("one", "one", "one", "two", "two", "three"),
  allowed: fc.option(fc.subarray(locationIds), { nil: undefined, freq: 2 }),
  number: fc.constantFrom(...numbers),
  region: fc.constantFrom(...regions),
  place: fc.option(
    fc.oneof(
      fc.record({ by: fc.constant("location" as const), value: fc.constantFrom(...locationIds, "A") }),
      fc.record({
        by: fc.constant("station" as const),
        value: fc.constantFrom("North", "South", "Station X"),
      }),
      fc.record({ by: fc.constant("zone" as const), value: fc.constantFrom("North", "South", "Core") }),
    ),
    { nil: undefined, freq: 2 },
  ),
  at: fc.constant(now),
  graceMs: fc.constantFrom(0, 300_000),
  ocr: fc.boolean(),
});
