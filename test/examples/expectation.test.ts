import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";
import { describe, expect, it } from "vitest";
import { exampleNow } from "../../docs/examples/quickstart/clock.ts";
import companyFile from "../../docs/examples/quickstart/company.json" with { type: "json" };
import {
  type Customer,
  expect as expectation,
  strangers,
} from "../../docs/examples/quickstart/expectation.ts";
import { readCsv } from "../../docs/examples/quickstart/expectation-csv.ts";
import { makePermits } from "../../docs/examples/quickstart/make-permits.ts";
import vendors from "../../docs/examples/quickstart/vendors.json" with { type: "json" };

const csvText = readFileSync(new URL("../../docs/examples/quickstart/permits.csv", import.meta.url), "utf8");
const example: Customer = { ...companyFile, zones: vendors.passport.zones };

describe("permits.csv", () => {
  // Read by a library, so that the counts do not depend on the reader under test.
  const rows: string[][] = parse(csvText, { bom: true, relax_column_count: true, from_line: 2 });
  const column = (index: number) => rows.map((row) => row[index] ?? "");
  const [ids, plates, regions, places, starts, ends, holders] = [0, 1, 2, 3, 4, 5, 6].map(column) as [
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const count = (cells: readonly string[], fits: (cell: string) => boolean) => cells.filter(fits).length;
  const now = exampleNow.getTime();

  it("is what make-permits writes, byte for byte", () => {
    expect(makePermits()).toBe(csvText);
    expect(makePermits()).toBe(makePermits());
  });

  it("has at least 320 rows, a byte order mark and CRLF line ends", () => {
    expect(rows.length).toBeGreaterThanOrEqual(320);
    expect(csvText.startsWith("\uFEFF")).toBe(true);
    expect(csvText.match(/\r\n/g)?.length).toBe(rows.length + 1);
  });

  it.each<[mess: string, found: number, atLeast: number]>([
    ["plates with spaces", count(plates, (plate) => /\w \w/.test(plate)), 50],
    ["plates with hyphens", count(plates, (plate) => /\w-\w/.test(plate)), 30],
    ["plates in lower case", count(plates, (plate) => /[a-z]/.test(plate)), 30],
    ["plates in full width", count(plates, (plate) => /[Ａ-Ｚ]/.test(plate)), 1],
    ["two plates on one permit", count(plates, (plate) => plate.includes(";")), 20],
    ["several locations on one permit", count(places, (place) => place.includes("|")), 50],
    ...[
      "NB",
      "New Brunswick",
      "Nouveau-Brunswick",
      "nouvelle-écosse",
      "CA-QC",
      "Québec",
      "Maine",
      "ME",
      "",
    ].map((text): [string, number, number] => [
      `region "${text}"`,
      count(regions, (region) => region === text),
      3,
    ]),
    ["open-ended", count(ends, (end) => end === ""), 20],
    ["expired", count(ends, (end) => Date.parse(end) < now), 20],
    ["future", count(starts, (start) => Date.parse(start) > now), 10],
    ["starting exactly now", count(starts, (start) => Date.parse(start) === now), 1],
    ["ending exactly now", count(ends, (end) => Date.parse(end) === now), 1],
    ["starting a millisecond later", count(starts, (start) => Date.parse(start) === now + 1), 1],
    ["ending a millisecond later", count(ends, (end) => Date.parse(end) === now + 1), 1],
    ["times in UTC", count(starts, (start) => start.endsWith("Z")), 20],
    ["times in Atlantic standard time", count(starts, (start) => start.endsWith("-04:00")), 20],
    ["times in Atlantic daylight time", count(starts, (start) => start.endsWith("-03:00")), 20],
    ["location off for T2 Flex", count(places, (place) => place.includes("sackville-gate")), 5],
    ["location off for Passport", count(places, (place) => place.includes("fieldhouse")), 5],
    ["location off everywhere", count(places, (place) => place === "old-quarry"), 5],
    ["commas inside a field", count(holders, (holder) => holder.includes(",")), 10],
    ["newlines inside a field", count(holders, (holder) => holder.includes("\n")), 2],
    ["quotes inside a field", count(holders, (holder) => holder.includes('"')), 2],
    ["accents in holders", count(holders, (holder) => /[À-ÿ]/.test(holder)), 50],
    ["ids on more than one row", count(ids, (id) => ids.indexOf(id) !== ids.lastIndexOf(id)) / 2, 5],
  ])("has %s", (_mess, found, atLeast) => {
    expect(found).toBeGreaterThanOrEqual(atLeast);
  });

  it("is read the same by the small reader and by the library", () => {
    expect(readCsv(csvText).map(({ fields }) => fields)).toEqual(
      parse(csvText, { bom: true, relax_column_count: true }),
    );
  });

  it("has bad rows of every kind, each on the line where an editor shows it", () => {
    const { badRows } = expectation(csvText, example, exampleNow);
    const kinds = badRows.map(({ kind }) => kind);
    expect(badRows.length).toBeGreaterThanOrEqual(12);
    expect(new Set(kinds).size).toBe(14);
    const lines = csvText.split("\n");
    for (const { line, kind } of badRows)
      expect(lines[line - 1]).toMatch(kind === "duplicate-id" ? /^UF-8001,BAD 118/ : /^"?UF-90/);
  });

  it("leads to the answers that the notable rows were made for", () => {
    const { permits, superseded, rights, lookups } = expectation(csvText, example, exampleNow);
    const best = (plate: string, region: string | null, locationId: string | null) =>
      lookups.find(
        (lookup) => lookup.plate === plate && lookup.region === region && lookup.locationId === locationId,
      )?.best;
    expect(superseded).toHaveLength(4);
    expect(permits).toBe(rows.length - 19 - 4);

    expect(best("JBD339", null, "st-johns-hall")).toEqual(["UF-8005", "UF-8006"]);
    expect(best("HTR604", "CA-NB", "lot-102")).toEqual(["UF-8004"]);
    expect(best("KDM771", "CA-NB", null)).toEqual(["UF-8007"]);
    expect(best("FPX905", "CA-NB", "harbour-deck")).toEqual(["UF-8011"]);
    expect(best("FPX905", "CA-QC", "harbour-deck")).toEqual(["UF-8012"]);
    expect(best("GKL482", "CA-NS", "lot-101")).toEqual([]);
    expect(best("MNT730", "CA-NS", "lot-102")).toEqual([]);
    expect(best("MNT730", "CA-NS", "truro-campus")).toEqual(["UF-8013"]);
    expect(best("NOW001", null, "lot-101")).toEqual(["UF-8015"]);
    expect(best("NOW002", null, "lot-101")).toEqual([]);
    expect(best("NOW003", null, "lot-101")).toEqual([]);
    expect(best("NOW004", null, "lot-101")).toEqual(["UF-8018"]);
    expect(best("OFF111", null, null)).toEqual([]);
    expect(best("OFF222", null, "sackville-gate")).toEqual([]);
    expect(best("OFF222", null, "fieldhouse")).toEqual(["UF-8020"]);
    expect(best("GKT207", null, "pavillon-etudiant")).toEqual(["UF-8021"]);
    expect(best("ETE24", null, null)).toEqual(["UF-8022"]);
    expect(best("GOB401", null, "lot-102")).toEqual([]);
    expect(best("JRV101", null, null)).toEqual([]);
    expect(best("JRV202", null, null)).toEqual(["UF-8029"]);
    expect(best("KLT880", null, null)).toEqual(["UF-8031"]);
    expect(best("KLT088", null, null)).toEqual([]);

    const plateRights = (vendor: "passport" | "hotspot", plate: string) =>
      rights[vendor].filter((right) => right.plate === plate).length;
    expect(plateRights("passport", "JBD339")).toBe(2);
    expect(plateRights("passport", "OFF222")).toBe(2);
    expect(plateRights("hotspot", "OFF222")).toBe(3);
    expect(plateRights("passport", "GRS556")).toBe(1);
  });
});

describe("company.json and vendors.json", () => {
  const { locations } = companyFile;

  it("agree on every name except one zone, which differs in case", () => {
    const zoneNames = locations.map(({ name, zoneName }) => zoneName ?? name);
    const different = zoneNames.filter((name, index) => vendors.passport.zones[index]?.name !== name);
    expect(different).toEqual(["Zone Harbour"]);
    expect(vendors.passport.zones.map(({ name }) => name.toLowerCase())).toEqual(
      zoneNames.map((name) => name.toLowerCase()),
    );
    expect(vendors["t2-flex"].stations.map(({ description }) => description)).toEqual(
      locations.map(({ name }) => name),
    );
    expect(vendors["t2-flex"].zones).toEqual(locations.flatMap(({ zoneName }) => zoneName ?? []));
    expect(vendors.hotspot.spots.map(({ spotId }) => spotId)).toEqual(
      locations.map(({ providers }) => providers.hotspot.target),
    );
  });
});

describe("the independent reader", () => {
  it("imports nothing but itself", () => {
    const importsOf = (file: string) =>
      readFileSync(new URL(`../../docs/examples/quickstart/${file}`, import.meta.url), "utf8").match(
        /(?<=from |import |import\(|require\()["'`][^"'`]+/g,
      );
    expect(importsOf("expectation.ts")).toEqual(['"./expectation-csv.ts']);
    expect(importsOf("expectation-csv.ts")).toBeNull();
  });
});

describe("unknown plates", () => {
  it("are distinct, the same every time, and on no row", () => {
    const plates = strangers(500);
    expect(new Set(plates).size).toBe(500);
    expect(strangers(500)).toEqual(plates);
    expect(plates.filter((plate) => !/^[A-Z]{4}\d{3}$/.test(plate))).toEqual([]);
    expect(plates).not.toContain("TEST123");
    const file = csvText.toUpperCase().replace(/[^A-Z0-9]/g, "");
    expect(plates.filter((plate) => file.includes(plate))).toEqual([]);
  });
});

describe("the expectation, on files small enough to work out by hand", () => {
  const now = new Date("2026-06-01T12:00:00Z");
  const zoneA = "0b0e7a52-56a1-4b8e-9d6c-111111111111";
  const zoneB = "0b0e7a52-56a1-4b8e-9d6c-222222222222";
  const on = (target: string) => ({ enabled: true, target });
  const off = { enabled: false };
  const customer: Customer = {
    company: {
      providers: { "t2-flex": { enabled: true }, passport: { enabled: true }, hotspot: { enabled: true } },
    },
    locations: [
      {
        id: "a",
        region: "CA-NB",
        providers: { "t2-flex": { enabled: true }, passport: on(zoneA), hotspot: on("00001") },
      },
      {
        id: "b",
        region: "CA-NS",
        providers: { "t2-flex": { enabled: true }, passport: on("12"), hotspot: off },
      },
      { id: "c", providers: { "t2-flex": off, passport: on("Wharf"), hotspot: on("00003") } },
    ],
    zones: [
      { id: zoneA, number: "11", name: "Square" },
      { id: zoneB, number: "12", name: "Hill" },
      { id: "0b0e7a52-56a1-4b8e-9d6c-333333333333", number: "13", name: "Wharf" },
    ],
  };
  const year = "2026-01-01T00:00:00Z,2027-01-01T00:00:00Z";
  const read = (...lines: string[]) =>
    expectation(["permit_id,plates,…", ...lines].join("\r\n"), customer, now);
  /** The questions that got an answer, as `location/region: ids`. */
  const shown = (...lines: string[]) =>
    read(...lines)
      .lookups.filter((lookup) => lookup.shown)
      .map(
        ({ region, locationId, best }) => `${locationId ?? "anywhere"}/${region ?? "any"}: ${best.join()}`,
      );

  it("turns one permit into one right per vendor and location, at the vendor's own target", () => {
    const { rights } = read("P1,abc-123,NB,a|b|c,2026-06-01T08:00:00-03:00,,,,,1");
    const right = { plate: "ABC123", region: "CA-NB", from: "2026-06-01T11:00:00.000Z", to: null };
    expect(rights.passport).toEqual([
      { target: zoneA, ...right },
      { target: zoneB, ...right },
      { target: "0b0e7a52-56a1-4b8e-9d6c-333333333333", ...right },
    ]);
    expect(rights.hotspot).toEqual([
      { target: "00001", ...right },
      { target: "00003", ...right },
    ]);
  });

  it("looks up each plate at each location and anywhere, with its regions and without", () => {
    expect(read(`P1,ABC 123;XYZ 9,NB,a,${year},,,,1`).lookups).toHaveLength(2 * 2 * 4);
    expect(shown(`P1,ABC 123,NB,a,${year},,,,1`)).toEqual([
      "a/any: P1",
      "anywhere/any: P1",
      "a/CA-NB: P1",
      "anywhere/CA-NB: P1",
    ]);
  });

  it.each([
    ["starts now", "2026-06-01T12:00:00Z,2026-06-02T12:00:00Z", true],
    ["starts a millisecond later", "2026-06-01T12:00:00.001Z,2026-06-02T12:00:00Z", false],
    ["ends now", "2026-05-01T12:00:00Z,2026-06-01T09:00:00-03:00", false],
    ["ends a millisecond later", "2026-05-01T12:00:00Z,2026-06-01T12:00:00.001Z", true],
    ["has no end", "2026-06-01T12:00:00Z,", true],
    ["has no end and lies ahead", "2026-06-01T12:00:01Z,", false],
  ])("a permit that %s", (_when, interval, live) => {
    const { rights, lookups } = read(`P1,ABC 123,NB,a,${interval},,,,1`);
    expect(rights.passport).toHaveLength(live ? 1 : 0);
    expect(rights.hotspot).toHaveLength(live ? 1 : 0);
    expect(lookups.some((lookup) => lookup.shown)).toBe(live);
  });

  it("distinguishes plates by region only where both are known", () => {
    expect(shown(`P1,ABC 123,NB,a,${year},,,,1`, `P2,ABC 123,Maine,b,2026-01-01T00:00:00Z,,,,,1`)).toEqual([
      "a/any: P1",
      "b/any: P2",
      "anywhere/any: P2",
      "a/CA-NB: P1",
      "anywhere/CA-NB: P1",
      "b/US-ME: P2",
      "anywhere/US-ME: P2",
    ]);
  });

  it("gives a plate without a region that of each location", () => {
    const lines = [`P1,ABC 123,,a|b|c,${year},,,,1`];
    expect(read(...lines).rights.passport.map(({ region }) => region)).toEqual(["CA-NB", "CA-NS", null]);
    expect(shown(...lines)).toEqual([
      "a/any: P1",
      "b/any: P1",
      "anywhere/any: P1",
      "a/CA-NB: P1",
      "anywhere/CA-NB: P1",
      "b/CA-NS: P1",
      "anywhere/CA-NS: P1",
    ]);
  });

  it("matches any region where neither plate nor location has one", () => {
    const open = { id: "d", providers: { "t2-flex": { enabled: true } } };
    const lines = [
      "header",
      `P1,ABC 123,,d,${year},,,,1`,
      "P2,ABC 123,ME,d,2025-01-01T00:00:00Z,2026-01-01T00:00:00Z,,,,1",
    ];
    const { lookups } = expectation(lines.join("\n"), { ...customer, locations: [open] }, now);
    expect(lookups.map(({ region, locationId, best }) => [region, locationId, best])).toEqual([
      [null, "d", ["P1"]],
      [null, null, ["P1"]],
      ["US-ME", "d", ["P1"]],
      ["US-ME", null, ["P1"]],
    ]);
  });

  it("puts the latest end first, an open end before all, and lets either of two equal ends lead", () => {
    const [short, long, open] = [
      "2026-01-01T00:00:00Z,2026-07-01T00:00:00Z",
      "2026-05-01T00:00:00Z,2026-08-01T00:00:00Z",
      "2026-05-31T00:00:00Z,",
    ];
    const row = (id: string, interval: string) => `${id},ABC 123,NB,a,${interval},,,,1`;
    expect(shown(row("P1", long), row("P2", short))[0]).toBe("a/any: P1");
    expect(shown(row("P1", long), row("P2", short), row("P3", open))[0]).toBe("a/any: P3");
    expect(shown(row("P1", long), row("P2", short), row("P3", long))[0]).toBe("a/any: P1,P3");
  });

  it("counts two permits on one plate and target as two rights, even when they are equal", () => {
    const { rights } = read(`P1,ABC 123,NB,a,${year},,,,1`, `P2,abc123,NB,a,${year},,,,1`);
    const right = {
      target: zoneA,
      plate: "ABC123",
      region: "CA-NB",
      from: "2026-01-01T00:00:00.000Z",
      to: "2027-01-01T00:00:00.000Z",
    };
    expect(rights.passport).toEqual([right, right]);
  });

  it("shows nothing where company or location is off", () => {
    const lines = ["header", `P1,ABC 123,NB,a|c,${year},,,,1`].join("\n");
    const without = (provider: "t2-flex" | "passport" | "hotspot") => {
      const company = { providers: { ...customer.company.providers, [provider]: off } };
      const { rights, lookups } = expectation(lines, { ...customer, company }, now);
      return [rights.passport.length, rights.hotspot.length, lookups.filter((lookup) => lookup.shown).length];
    };
    expect(without("t2-flex")).toEqual([2, 2, 0]);
    expect(without("passport")).toEqual([0, 2, 4]);
    expect(without("hotspot")).toEqual([2, 0, 4]);
  });

  it("uses the highest revision wherever it is, and keeps the first of two that disagree", () => {
    const row = (plate: string, revision: number) => `P1,${plate},NB,a,${year},,,,${revision}`;
    const outcome = (...lines: string[]) => {
      const { permits, rights, badRows, superseded } = read(...lines);
      return { permits, plates: rights.hotspot.map(({ plate }) => plate), badRows, superseded };
    };
    const kept = (plate: string, superseded: number[]) => ({
      permits: 1,
      plates: [plate],
      badRows: [],
      superseded,
    });
    expect(outcome(row("AAA 1", 1), row("BBB 2", 2))).toEqual(kept("BBB2", [2]));
    expect(outcome(row("AAA 1", 2), row("BBB 2", 1))).toEqual(kept("AAA1", [3]));
    expect(outcome(row("AAA 1", 9), row("BBB 2", 10))).toEqual(kept("BBB2", [2]));
    expect(outcome(row("AAA 1", 1), row("AAA 1", 1))).toEqual(kept("AAA1", [3]));
    expect(outcome(row("AAA 1", 1), row("BBB 2", 1))).toEqual({
      ...kept("AAA1", []),
      badRows: [{ line: 3, kind: "duplicate-id" }],
    });
  });

  it("looks up the plate of a replaced revision too, and finds nothing", () => {
    const { lookups } = read(`P1,AAA 1,NB,a,${year},,,,1`, `P1,BBB 2,NB,a,${year},,,,2`);
    expect(new Set(lookups.map(({ plate, shown }) => `${plate} ${shown}`))).toEqual(
      new Set(["AAA1 false", "BBB2 true", "BBB2 false"]),
    );
  });

  it.each([
    ["no-plate", `P1, ,NB,a,${year},,,,1`],
    ["empty-plate", `P1,-- ..,NB,a,${year},,,,1`],
    ["empty-plate", `P1,ABC 123;,NB,a,${year},,,,1`],
    ["long-plate", `P1,ABCDEFGHI 1234,NB,a,${year},,,,1`],
    ["unknown-region", `P1,ABC 123,Atlantis,a,${year},,,,1`],
    ["unknown-location", `P1,ABC 123,NB,a|A,${year},,,,1`],
    ["unreadable-date", "P1,ABC 123,NB,a,01/09/2026,,,,,1"],
    ["unreadable-date", "P1,ABC 123,NB,a,,,,,,1"],
    ["date-without-offset", "P1,ABC 123,NB,a,2026-01-01T00:00:00,,,,,1"],
    ["impossible-date", "P1,ABC 123,NB,a,2026-02-30T00:00:00Z,,,,,1"],
    ["impossible-date", "P1,ABC 123,NB,a,2026-13-01T00:00:00Z,,,,,1"],
    ["end-before-start", "P1,ABC 123,NB,a,2026-06-02T00:00:00Z,2026-06-01T00:00:00Z,,,,1"],
    ["end-equals-start", "P1,ABC 123,NB,a,2026-06-01T00:00:00Z,2026-05-31T21:00:00-03:00,,,,1"],
    ["bad-revision", `P1,ABC 123,NB,a,${year},,,,1.5`],
    ["too-few-columns", `P1,ABC 123,NB,a,${year},,,`],
    ["too-many-columns", `P1,ABC 123,NB,a,${year},Roy, Jean,,,1`],
  ])("skips a whole row: %s", (kind, line) => {
    const { permits, rights, badRows } = read(
      'P0,"ABC 999",NB,a,2026-01-01T00:00:00Z,,"two\r\nlines",,,1',
      line,
    );
    expect(badRows).toEqual([{ line: 4, kind }]);
    expect(permits).toBe(1);
    expect(rights.passport.map(({ plate }) => plate)).toEqual(["ABC999"]);
  });

  it("refuses a target that is not exactly one Passport zone", () => {
    const zones = [...customer.zones, { id: zoneB, number: "99", name: "12" }];
    const line = `header\nP1,ABC 123,NB,b,${year},,,,1`;
    expect(() => expectation(line, { ...customer, zones }, now)).toThrow("12");
  });
});
