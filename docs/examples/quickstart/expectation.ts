/**
 * What every vendor's officer ought to see, worked out from the CSV alone.
 *
 * This reader is the other side of the comparison that ends the quick start, so it imports nothing from the
 * library, not even a type, and shares no CSV parser with the run. It is written to be checked by eye: no
 * speed, no options, every rule spelled out once.
 */
import { readCsv } from "./expectation-csv.ts";

type ProviderId = "t2-flex" | "passport" | "hotspot";
type Switches = Readonly<
  Partial<Record<ProviderId, { readonly enabled: boolean; readonly target?: string | undefined }>>
>;
type Place = { readonly id: string; readonly region?: string | undefined; readonly providers: Switches };
type PassportZone = { readonly id: string; readonly number: string; readonly name: string };

/** The customer as `company.json` has it, with the zones that Passport lists in `vendors.json`. */
export type Customer = {
  readonly company: { readonly providers: Switches };
  readonly locations: readonly Place[];
  readonly zones: readonly PassportZone[];
};

/** One right live at the vendor. `region` is ISO 3166-2; times are ISO in UTC with milliseconds; an open end is null. */
export type Right = {
  readonly target: string;
  readonly plate: string;
  readonly region: string | null;
  readonly from: string;
  readonly to: string | null;
};

/** One question of the handheld and its answer. `region` null: not given; `locationId` null: anywhere. */
export type Lookup = {
  readonly plate: string;
  readonly region: string | null;
  readonly locationId: string | null;
  readonly shown: boolean;
  /** Permit ids that may stand first in the answer: more than one when they end at the same instant. */
  readonly best: readonly string[];
};

export type BadRowKind =
  | "too-few-columns"
  | "too-many-columns"
  | "no-plate"
  | "empty-plate"
  | "long-plate"
  | "unknown-region"
  | "unknown-location"
  | "unreadable-date"
  | "date-without-offset"
  | "impossible-date"
  | "end-before-start"
  | "end-equals-start"
  | "bad-revision"
  | "duplicate-id";

/** A row to be skipped as a whole. `line` is the physical line where it starts, the header being line 1. */
export type BadRow = { readonly line: number; readonly kind: BadRowKind };

export type Expectation = {
  /** Permits that count: one per id, the newest revision. */
  readonly permits: number;
  /** Every right once, so two permits that give the same right leave two equal entries. Sorted. */
  readonly rights: { readonly passport: readonly Right[]; readonly hotspot: readonly Right[] };
  /** Every plate of every good row, asked at each location and anywhere, with each region it is known under and without. */
  readonly lookups: readonly Lookup[];
  readonly badRows: readonly BadRow[];
  /** Lines of good rows that lost to a newer revision, or repeat a row word for word. */
  readonly superseded: readonly number[];
};

type Permit = {
  readonly id: string;
  readonly plates: readonly string[];
  readonly region: string | null;
  readonly locationIds: readonly string[];
  readonly from: Date;
  readonly to: Date | null;
  readonly revision: number;
};

/** Computes the expectation at `now` for the text of `permits.csv`. Bad rows are reported, never thrown. */
export function expect(csvText: string, customer: Customer, now: Date): Expectation {
  const { permits, plates, badRows, superseded } = readPermits(csvText, customer);
  const live = permits.filter((permit) => isLive(permit, now));
  return {
    permits: permits.length,
    rights: {
      passport: rightsAt("passport", live, customer),
      hotspot: rightsAt("hotspot", live, customer),
    },
    lookups: lookupsFor(plates, live, customer),
    badRows,
    superseded,
  };
}

/** The given number of distinct plates that are on no permit; the same ones every time. */
export function strangers(count: number): string[] {
  // Four letters and three digits is a shape that no permit of the example has. A stride that is coprime with
  // the size of that space walks through it without ever meeting a plate twice.
  const space = 26 ** 4 * 1000;
  const seed = 41_207;
  const stride = 157_368_743;
  return Array.from({ length: count }, (_, index) => {
    let rest = (seed + index * stride) % space;
    const digits = String(rest % 1000).padStart(3, "0");
    rest = Math.floor(rest / 1000);
    let letters = "";
    for (let place = 0; place < 4; place++) {
      letters += String.fromCharCode(65 + (rest % 26));
      rest = Math.floor(rest / 26);
    }
    return letters + digits;
  });
}

// ── What the vendors show ────────────────────────────────────────────────────────────────────────────────

/** The interval is half-open: a permit counts at its first instant and no longer at its last. */
function isLive(permit: Permit, now: Date): boolean {
  return permit.from <= now && (permit.to === null || now < permit.to);
}

function isEnabled(provider: ProviderId, place: Place, customer: Customer): boolean {
  const atCompany = customer.company.providers[provider]?.enabled ?? false;
  return atCompany && (place.providers[provider]?.enabled ?? false);
}

function rightsAt(provider: "passport" | "hotspot", live: readonly Permit[], customer: Customer): Right[] {
  const rights: Right[] = [];
  for (const place of customer.locations) {
    const written = place.providers[provider]?.target;
    if (written === undefined || !isEnabled(provider, place, customer)) continue;
    const target = provider === "passport" ? zoneIdOf(written, customer.zones) : written;
    for (const permit of live.filter(({ locationIds }) => locationIds.includes(place.id))) {
      for (const plate of permit.plates) {
        const region = regionAt(place, permit);
        rights.push({ target, plate, region, from: iso(permit.from), to: permit.to && iso(permit.to) });
      }
    }
  }
  return rights.sort((a, b) => compare(Object.values(a).join(), Object.values(b).join()));
}

/** Passport's wire carries zone ids; people also write a zone's number or its name. */
function zoneIdOf(written: string, zones: readonly PassportZone[]): string {
  const [zone, ...others] = zones.filter(({ id, number, name }) => [id, number, name].includes(written));
  if (zone === undefined || others.length > 0) throw new Error(`not exactly one Passport zone: ${written}`);
  return zone.id;
}

function lookupsFor(
  plates: ReadonlyMap<string, ReadonlySet<string>>,
  live: readonly Permit[],
  customer: Customer,
): Lookup[] {
  const lookups: Lookup[] = [];
  for (const [plate, regions] of plates) {
    const ofPlate = live.filter((permit) => permit.plates.includes(plate));
    for (const region of [null, ...regions]) {
      const ask = (places: readonly Place[]) =>
        ofPlate.filter((permit) =>
          places.some(
            (place) =>
              permit.locationIds.includes(place.id) &&
              isEnabled("t2-flex", place, customer) &&
              regionsAgree(region, regionAt(place, permit)),
          ),
        );
      const answer = (locationId: string | null, found: readonly Permit[]) =>
        lookups.push({ plate, region, locationId, shown: found.length > 0, best: bestOf(found) });
      for (const place of customer.locations) answer(place.id, ask([place]));
      answer(null, ask(customer.locations));
    }
  }
  return lookups;
}

/** A plate without a region takes that of the location. */
function regionAt(place: Place, permit: Permit): string | null {
  return permit.region ?? place.region ?? null;
}

/** Only two known and different regions tell two plates apart. */
function regionsAgree(asked: string | null, known: string | null): boolean {
  return asked === null || known === null || asked === known;
}

/** The ids with the latest end, an open end being the latest of all. */
function bestOf(found: readonly Permit[]): string[] {
  const end = (permit: Permit) => permit.to?.getTime() ?? Number.POSITIVE_INFINITY;
  const latest = Math.max(...found.map(end));
  return found.filter((permit) => end(permit) === latest).map(({ id }) => id);
}

function iso(instant: Date): string {
  return instant.toISOString();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

// ── Reading the rows ─────────────────────────────────────────────────────────────────────────────────────

class BadCell extends Error {
  readonly kind: BadRowKind;
  constructor(kind: BadRowKind) {
    super(kind);
    this.kind = kind;
  }
}

function readPermits(csvText: string, customer: Customer) {
  const current = new Map<string, { permit: Permit; line: number; content: string }>();
  const plates = new Map<string, Set<string>>();
  const badRows: BadRow[] = [];
  const superseded: number[] = [];

  for (const { line, fields } of readCsv(csvText).slice(1)) {
    try {
      const permit = readPermit(fields, customer);
      const content = JSON.stringify(fields);
      const earlier = current.get(permit.id);
      if (earlier?.permit.revision === permit.revision && earlier.content !== content)
        throw new BadCell("duplicate-id");

      // The plates of a row that lost are asked for as well: they must not be found any more.
      for (const plate of permit.plates) {
        const regions = plates.get(plate) ?? new Set<string>();
        plates.set(plate, regions);
        for (const place of customer.locations) {
          const region = permit.locationIds.includes(place.id) ? regionAt(place, permit) : null;
          if (region !== null) regions.add(region);
        }
      }

      if (earlier && earlier.permit.revision >= permit.revision) superseded.push(line);
      else {
        if (earlier) superseded.push(earlier.line);
        current.set(permit.id, { permit, line, content });
      }
    } catch (error) {
      if (!(error instanceof BadCell)) throw error;
      badRows.push({ line, kind: error.kind });
    }
  }
  return { permits: [...current.values()].map(({ permit }) => permit), plates, badRows, superseded };
}

function readPermit(fields: readonly string[], customer: Customer): Permit {
  if (fields.length < 10) throw new BadCell("too-few-columns");
  if (fields.length > 10) throw new BadCell("too-many-columns");
  const [id = "", plates = "", region = "", locations = "", validFrom = "", validTo = ""] = fields;
  const revision = fields[9] ?? "";

  if (plates.trim() === "") throw new BadCell("no-plate");
  const locationIds = locations.split("|");
  const isKnown = (locationId: string) => customer.locations.some((place) => place.id === locationId);
  if (!locationIds.every(isKnown)) throw new BadCell("unknown-location");

  const from = readInstant(validFrom);
  const to = validTo === "" ? null : readInstant(validTo);
  if (to !== null && to < from) throw new BadCell("end-before-start");
  if (to?.getTime() === from.getTime()) throw new BadCell("end-equals-start");
  if (!/^\d+$/.test(revision)) throw new BadCell("bad-revision");

  return {
    id,
    // One plate spelled in two ways on one permit is still one plate.
    plates: [...new Set(plates.split(";").map(readPlate))],
    region: readRegion(region),
    locationIds,
    from,
    to,
    revision: Number(revision),
  };
}

function readPlate(text: string): string {
  const plate = withoutMarks(text.normalize("NFKC"))
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, "");
  if (plate === "") throw new BadCell("empty-plate");
  if (plate.length > 12) throw new BadCell("long-plate");
  return plate;
}

/** The regions that the file names, in lower case without accents and hyphens; anything else is unknown. */
const regionSpellings: Readonly<Record<string, readonly string[]>> = {
  "CA-NB": ["ca nb", "nb", "new brunswick", "nouveau brunswick"],
  "CA-NS": ["ca ns", "ns", "nova scotia", "nouvelle ecosse"],
  "CA-PE": ["ca pe", "pe", "prince edward island", "ile du prince edouard"],
  "CA-QC": ["ca qc", "qc", "quebec"],
  "US-ME": ["us me", "me", "maine"],
};

function readRegion(text: string): string | null {
  const spelling = withoutMarks(text).toLowerCase().replaceAll("-", " ").trim();
  if (spelling === "") return null;
  const found = Object.entries(regionSpellings).find(([, spellings]) => spellings.includes(spelling));
  if (found === undefined) throw new BadCell("unknown-region");
  return found[0];
}

function readInstant(text: string): Date {
  const shape = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?$/;
  const [, local, offset] = shape.exec(text) ?? [];
  if (local === undefined) throw new BadCell("unreadable-date");
  if (offset === undefined) throw new BadCell("date-without-offset");
  // `Date` quietly turns 30 February into 2 March, so the day has to survive the journey.
  const wallClock = new Date(`${local}Z`);
  const instant = new Date(text);
  if (Number.isNaN(wallClock.getTime()) || Number.isNaN(instant.getTime()))
    throw new BadCell("impossible-date");
  if (!iso(wallClock).startsWith(local.slice(0, 10))) throw new BadCell("impossible-date");
  return instant;
}

function withoutMarks(text: string): string {
  return text.normalize("NFD").replace(/\p{Mark}/gu, "");
}
