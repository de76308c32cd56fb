import type { Company, Location, MappingIssueCode } from "../../../src/index.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { placeNames } from "./names.ts";
import { type Slip, TYPING_SLIPS, WRITING_SLIPS } from "./slips.ts";

/** A vendor's mapping with mistakes in it, and how many issues of each code they must make. */
export interface PlantedMapping<Entry> {
  readonly company: Company;
  readonly locations: readonly Location[];
  readonly entries: readonly Entry[];
  readonly expected: ReadonlyMap<MappingIssueCode, number>;
}

/** One place while it is made: what we say of it, and what the vendor does. A mistake changes one of both. */
export interface Place<Entry> {
  readonly index: number;
  location: Location;
  entries: readonly Entry[];
}

/** Makes a mistake and names the codes that tell of it; `undefined` where this place has nothing to mistake. */
export type Mistake<Entry> = (
  place: Place<Entry>,
  random: () => number,
) => readonly MappingIssueCode[] | undefined;

/** How to plant: clean places, and the mistakes that a vendor's mapping can have. */
export interface Planting<Entry> {
  readonly vendor: string;
  cleanPlace(name: string, index: number): Place<Entry>;
  readonly mistakes: readonly Mistake<Entry>[];
}

const COMPANY = { id: "fundy", name: "Fundy" };

/** As many places as asked, every fiftieth with a mistake, all kinds in turn. The same ones each time. */
export function plantMapping<Entry>(planting: Planting<Entry>, size: number): PlantedMapping<Entry> {
  const random = seededRandom(20_261_121);
  const expected = new Map<MappingIssueCode, number>();
  const places = placeNames(size).map((name, index) => planting.cleanPlace(name, index));
  let turn = 0;
  for (const place of places) {
    if (place.index % 50 !== 17) continue;
    // A slip may find nothing to slip on in this name; then it is the next one's turn.
    for (let codes: readonly MappingIssueCode[] | undefined; codes === undefined; turn += 1) {
      codes = planting.mistakes[turn % planting.mistakes.length]?.(place, random);
      for (const code of codes ?? []) expected.set(code, (expected.get(code) ?? 0) + 1);
    }
  }
  return {
    company: { ...COMPANY, providers: { [planting.vendor]: { enabled: true, code: "PASSPORTFUNDY" } } },
    locations: places.map(({ location }) => location),
    entries: places.flatMap(({ entries }) => entries),
    expected,
  };
}

/** A location that is switched on. */
export function plainLocation(vendor: string, { name, index, target }: PlainLocation): Location {
  const entry = { enabled: true, ...(target === undefined ? {} : { target }) };
  return {
    id: `location-${index}`,
    companyId: COMPANY.id,
    name,
    region: "CA-NB",
    providers: { [vendor]: entry },
  };
}

interface PlainLocation {
  readonly name: string;
  readonly index: number;
  readonly target?: string;
}

/** Every slip as a mistake: `name_differs` where an explanation can be complete, `target_unknown` where it cannot. */
export function slipMistakes<Entry>(
  rename: (place: Place<Entry>, slipOn: (name: string) => string | undefined) => boolean,
): Mistake<Entry>[] {
  const asMistake =
    (code: MappingIssueCode) =>
    (slip: Slip): Mistake<Entry> =>
    (place, random) =>
      rename(place, (name) => slip.apply(name, random)) ? [code] : undefined;
  return [...WRITING_SLIPS.map(asMistake("name_differs")), ...TYPING_SLIPS.map(asMistake("target_unknown"))];
}
