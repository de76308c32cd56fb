/**
 * Writes `permits.csv`, the export that the quick start reads: mostly ordinary rows, made from a seed, with the
 * rows that make real exports hard strewn among them. Running it again gives the same bytes.
 *
 *     npm run node -- docs/examples/quickstart/make-permits.ts
 */
import { writeFileSync } from "node:fs";

export const seed = 20_261_121;

const header = [
  "permit_id",
  "plates",
  "region",
  "locations",
  "valid_from",
  "valid_to",
  "holder",
  "make",
  "color",
  "revision",
];

/** The whole file as text: byte order mark, CRLF line ends, as a spreadsheet exports it. */
export function makePermits(): string {
  const ordinary = makeOrdinaryRows(310).map(toLine);
  const special = strew(badRows, notableRows.map(toLine));
  return `\uFEFF${[toLine(header), ...strew(special, ordinary)].join("\r\n")}\r\n`;
}

/** Spreads lines evenly among others; both keep their order, so a revision stays behind the one it follows. */
function strew(lines: readonly string[], among: readonly string[]): string[] {
  const placedBefore = (index: number) => Math.floor((index * lines.length) / among.length);
  return among.flatMap((line, index) => [line, ...lines.slice(placedBefore(index), placedBefore(index + 1))]);
}

/** Quotes a field only where RFC 4180 asks for it. */
function toLine(fields: readonly string[]): string {
  return fields
    .map((field) => (/[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field))
    .join(",");
}

// ── Ordinary rows ────────────────────────────────────────────────────────────────────────────────────────

/** Where cars come from: how exports write the region, and how its plates look (A a letter, 9 a digit). */
const origins = [
  { weight: 12, spellings: ["NB", "New Brunswick", "Nouveau-Brunswick", "CA-NB", "nb"], shape: "AAA 999" },
  { weight: 5, spellings: [""], shape: "AAA 999" },
  { weight: 3, spellings: ["NS", "Nova Scotia", "nouvelle-écosse"], shape: "AAA 999" },
  { weight: 2, spellings: ["CA-QC", "Québec", "QC"], shape: "A99 AAA" },
  { weight: 2, spellings: ["Maine", "ME"], shape: "9999 AA" },
  { weight: 1, spellings: ["PE", "Île-du-Prince-Édouard"], shape: "99 99AA" },
];

const spellPlate = [
  (plate: string) => plate,
  (plate: string) => plate,
  (plate: string) => plate.replace(" ", "-"),
  (plate: string) => plate.replace(" ", ""),
  (plate: string) => plate.toLowerCase(),
  (plate: string) => plate.toLowerCase().replace(" ", "-"),
  (plate: string) => ` ${plate} `,
  (plate: string) => plate.replace(" ", " - "),
];

/** The university's permit terms, as start and end; wall clocks in Atlantic time or UTC, as the export has them. */
const terms = [
  { weight: 8, from: "2026-09-01T00:00:00-03:00", to: "2027-05-01T00:00:00-03:00" },
  { weight: 5, from: "2026-09-08T07:00:00-03:00", to: "2026-12-19T18:00:00-04:00" },
  { weight: 3, from: "2026-11-01T04:00:00Z", to: "2026-12-01T04:00:00Z" },
  { weight: 2, from: "2026-11-21T08:00:00-04:00", to: "2026-11-21T18:00:00-04:00" },
  { weight: 4, from: "2024-08-15T12:00:00Z", to: "" },
  { weight: 2, from: "2026-05-01T00:00:00-03:00", to: "2026-09-01T00:00:00-03:00" },
  { weight: 1, from: "2025-09-01T00:00:00-03:00", to: "2026-05-01T00:00:00-03:00" },
  { weight: 3, from: "2027-01-04T00:00:00-04:00", to: "2027-05-01T00:00:00-03:00" },
];

const places = [
  "lot-101",
  "lot-102",
  "arts-science",
  "harbour-deck",
  "st-johns-hall",
  "parkade-p2",
  "pavillon-etudiant",
  "residence-beausejour",
  "sackville-gate",
  "fieldhouse",
  "old-quarry",
  "truro-campus",
];

const givenNames = [
  "Anaïs",
  "Benoît",
  "Chloé",
  "Dougal",
  "Éloïse",
  "Fatima",
  "Gérard",
  "Hannah",
  "Irénée",
  "Jun",
];
const familyNames = ["Arsenault", "Bélanger", "Côté", "Doucet", "Gallant", "LeBlanc", "MacLeod", "O'Brien"];
const cars = ["Toyota", "Honda", "Ford", "Hyundai", "Mazda", "Citroën", "Škoda", ""];
const colors = ["white", "Black", "gris", "rouge", "blue", "vert foncé", ""];

function makeOrdinaryRows(count: number): string[][] {
  const random = createRandom(seed);
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item;
  const pickWeighted = <Item extends { weight: number }>(items: readonly Item[]): Item =>
    pick(items.flatMap((item) => Array<Item>(item.weight).fill(item)));

  // Plates that meet by chance would hide what the rows below show on purpose, so each is used once.
  const used = new Set<string>();
  const makePlate = (shape: string): string => {
    const plate = shape.replace(/[A9]/g, (kind) =>
      pick([...(kind === "A" ? "BCDEFGHJKLMNPRSTVWXYZ" : "0123456789")]),
    );
    if (used.has(plate)) return makePlate(shape);
    used.add(plate);
    return plate;
  };

  return Array.from({ length: count }, (_, index) => {
    const origin = pickWeighted(origins);
    const term = pickWeighted(terms);
    const plates = Array.from({ length: random() < 0.15 ? 2 : 1 }, () =>
      pick(spellPlate)(makePlate(origin.shape)),
    );
    const locations = new Set(Array.from({ length: pick([1, 1, 1, 2, 3]) }, () => pick(places)));
    const holder =
      random() < 0.1
        ? `${pick(familyNames)}, ${pick(givenNames)}`
        : `${pick(givenNames)} ${pick(familyNames)}`;
    return [
      `UF-${String(index + 1).padStart(4, "0")}`,
      plates.join(";"),
      pick(origin.spellings),
      [...locations].join("|"),
      term.from,
      term.to,
      holder,
      pick(cars),
      pick(colors),
      "1",
    ];
  });
}

/** mulberry32: small, well mixed, and the same on every machine. */
function createRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// ── Rows that are good and hard ──────────────────────────────────────────────────────────────────────────

const yearFrom = "2026-09-01T00:00:00-03:00";
const yearTo = "2027-05-01T00:00:00-03:00";

// biome-ignore format: one row per line reads like the file it becomes
const notableRows: string[][] = [
  // Two permits on one plate at one location: one after the other, then both now, then both now and ending together.
  ["UF-8001", "GJW 118", "NB", "lot-101", yearFrom, "2027-01-01T00:00:00-04:00", "Inès Comeau", "Kia", "red", "1"],
  ["UF-8002", "gjw-118", "NB", "lot-101", "2027-01-01T00:00:00-04:00", yearTo, "Inès Comeau", "Kia", "red", "1"],
  ["UF-8003", "HTR 604", "NB", "lot-102", yearFrom, "2026-12-19T18:00:00-04:00", "Tomas Ward", "Ford", "black", "1"],
  ["UF-8004", "HTR604", "New Brunswick", "lot-102", "2026-11-01T00:00:00-03:00", yearTo, "Tomas Ward", "Ford", "black", "1"],
  ["UF-8005", "JBD 339", "NB", "st-johns-hall", yearFrom, yearTo, "Maeve O'Shea", "Mazda", "gris", "1"],
  ["UF-8006", "JBD 339", "NB", "st-johns-hall", yearFrom, yearTo, "Maeve O'Shea (carpool)", "Mazda", "gris", "1"],
  ["UF-8007", "KDM 771", "NB", "arts-science", "2026-11-02T13:00:00Z", "", "Prof. Åsa Lindqvist", "Volvo", "blue", "1"],
  ["UF-8008", "KDM 771", "NB", "arts-science|lot-101", yearFrom, "2028-05-01T00:00:00-03:00", "Prof. Åsa Lindqvist", "Volvo", "blue", "1"],

  // One plate in two provinces: elsewhere, at the same location with another end, and one without a region.
  ["UF-8009", "GKL 482", "NB", "lot-101", yearFrom, yearTo, "Noah Richard", "Honda", "white", "1"],
  ["UF-8010", "GKL 482", "nouvelle-écosse", "truro-campus", "2026-11-21T12:00:00Z", "2026-11-22T12:00:00Z", "Visitor", "", "", "1"],
  ["UF-8011", "FPX 905", "Nouveau-Brunswick", "harbour-deck", yearFrom, yearTo, "Zoé Robichaud", "Toyota", "vert", "1"],
  ["UF-8012", "FPX 905", "CA-QC", "harbour-deck", yearFrom, "2026-11-30T00:00:00-04:00", "Luc Tremblay", "Toyota", "noir", "1"],
  ["UF-8013", "MNT 730", "", "lot-102|truro-campus", yearFrom, yearTo, "Sam Whitney", "Subaru", "green", "1"],
  ["UF-8014", "MNT 730", "Maine", "parkade-p2", yearFrom, "", "Robin Thibodeau", "Subaru", "green", "1"],

  // Around the instant of the example: intervals are half-open.
  ["UF-8015", "NOW 001", "NB", "lot-101|truro-campus", "2026-11-21T11:00:00-04:00", "2026-11-21T17:00:00-04:00", "Starts exactly now", "", "", "1"],
  ["UF-8016", "NOW 002", "NB", "lot-101", "2026-11-21T07:00:00-04:00", "2026-11-21T15:00:00Z", "Ends exactly now", "", "", "1"],
  ["UF-8017", "NOW 003", "NB", "lot-101", "2026-11-21T15:00:00.001Z", "2026-11-21T21:00:00Z", "Starts a millisecond later", "", "", "1"],
  ["UF-8018", "NOW 004", "NB", "lot-101", "2026-11-21T07:00:00-04:00", "2026-11-21T15:00:00.001Z", "Ends a millisecond later", "", "", "1"],

  // Switched-off locations, alone and beside one that is on.
  ["UF-8019", "OFF 111", "NB", "old-quarry", yearFrom, yearTo, "Quarry only", "", "", "1"],
  ["UF-8020", "OFF 222", "NB", "sackville-gate|fieldhouse|old-quarry|lot-102", yearFrom, yearTo, "Grounds crew", "GMC", "orange", "1"],

  // Spelling: full width, accents, the longest plate, one plate twice on one permit, O and 0 as two plates.
  ["UF-8021", "ＧＫＴ　２０７", "NB", "pavillon-etudiant", yearFrom, yearTo, "高橋 純", "Nissan", "silver", "1"],
  ["UF-8022", "Été 24", "Québec", "residence-beausejour", yearFrom, yearTo, "Aurèle Noël", "Citroën", "crème", "1"],
  ["UF-8023", "PRESIDENT-001", "NB", "arts-science", "2023-07-01T00:00:00-03:00", "", "Office of the President", "Lincoln", "black", "1"],
  ["UF-8024", "GRS 556;grs-556", "NB", "residence-beausejour", yearFrom, yearTo, "Émile Savoie", "Ford", "white", "1"],
  ["UF-8025", "GOB 401", "NB", "lot-101", yearFrom, yearTo, "Letter O", "", "", "1"],
  ["UF-8026", "G0B 401", "NB", "lot-102", yearFrom, yearTo, "Digit 0", "", "", "1"],

  // Quoting: commas, quotes, and a cell with a line break, which moves every line number after it.
  ["UF-8027", "FLT 007;FLT 008", "NB", "lot-101|lot-102|fieldhouse", "2025-01-01T00:00:00-04:00", "", "Facilities Management,\nFleet \"B\", bay 7", "Ford", "white, blue stripe", "1"],
  ["UF-8028", "HVC 260", "NB", "harbour-deck", yearFrom, yearTo, "Marie-Ève \"Mimi\" Doucet,\nÉcole de musique\nbureau 12", "Fiat", "rouge", "1"],

  // Revisions: a new plate, a longer interval, one that comes too late, and a row exported twice.
  ["UF-8029", "JRV 101", "NB", "lot-102", yearFrom, yearTo, "New car in October", "Jeep", "tan", "1"],
  ["UF-8029", "JRV 202", "NB", "lot-102", yearFrom, yearTo, "New car in October", "Tesla", "white", "2"],
  ["UF-8030", "JSX 415", "NB", "lot-101", yearFrom, "2026-10-01T00:00:00-03:00", "Extended twice", "Honda", "blue", "1"],
  ["UF-8030", "JSX 415", "NB", "lot-101|parkade-p2", yearFrom, yearTo, "Extended twice", "Honda", "blue", "3"],
  ["UF-8031", "KLT 880", "NB", "parkade-p2", yearFrom, yearTo, "Late arrival", "Kia", "grey", "5"],
  ["UF-8031", "KLT 088", "NB", "parkade-p2", yearFrom, yearTo, "Late arrival", "Kia", "grey", "4"],
  ["UF-8032", "KPN 314", "NB", "pavillon-etudiant", yearFrom, yearTo, "Exported twice", "Audi", "grey", "1"],
  ["UF-8032", "KPN 314", "NB", "pavillon-etudiant", yearFrom, yearTo, "Exported twice", "Audi", "grey", "1"],
];

// ── Rows that cannot be read: to be reported and skipped, each for the reason that its holder names ────────

const badRows: string[] = [
  `UF-9001,,NB,lot-101,${yearFrom},${yearTo},No plate,Ford,red,1`,
  `UF-9002,- . -,NB,lot-101,${yearFrom},${yearTo},Nothing left of the plate,Ford,red,1`,
  `UF-9003,ABC 123;???,NB,lot-101,${yearFrom},${yearTo},Nothing left of the second plate,Ford,red,1`,
  `UF-9004,UNIVERSITY 123,NB,lot-101,${yearFrom},${yearTo},Plate of thirteen,Ford,red,1`,
  `UF-9005,BAD 105,NB,lot-101,next Tuesday,${yearTo},Unreadable start,Ford,red,1`,
  `UF-9006,BAD 106,NB,lot-101,${yearFrom},31/12/2026,Unreadable end,Ford,red,1`,
  `UF-9007,BAD 107,NB,lot-101,2026-09-01T00:00:00,${yearTo},Start without an offset,Ford,red,1`,
  `UF-9008,BAD 108,NB,lot-101,${yearTo},${yearFrom},End before start,Ford,red,1`,
  `UF-9009,BAD 109,NB,lot-101,2026-11-21T15:00:00Z,2026-11-21T11:00:00-04:00,End equals start,Ford,red,1`,
  `UF-9010,BAD 110,NB,lot-103,${yearFrom},${yearTo},Unknown location,Ford,red,1`,
  `UF-9011,BAD 111,NB,lot-101|Lot 102,${yearFrom},${yearTo},A name where an id belongs,Ford,red,1`,
  `UF-9012,BAD 112,Atlantis,lot-101,${yearFrom},${yearTo},Unknown region,Ford,red,1`,
  `UF-9013,BAD 113,NB,lot-101`,
  `UF-9014,BAD 114,NB,lot-101,${yearFrom},${yearTo},Comma, unquoted,Ford,red,1`,
  `UF-9015,BAD 115,NB,lot-101,${yearFrom},${yearTo},Revision is no number,Ford,red,two`,
  `UF-9016,BAD 116,NB,lot-101,2026-02-30T00:00:00-04:00,${yearTo},No such day,Ford,red,1`,
  `UF-9017,BAD 117,NB,lot-101,${yearFrom},2026-11-31T00:00:00Z,No such day either,Ford,red,1`,
  // The id and the revision of a row above with another plate: which is right cannot be known, so the first stays.
  `UF-8001,BAD 118,NB,lot-101,${yearFrom},${yearTo},Same id and revision,Ford,red,1`,
  `"UF-9019","","NB","lot-101","${yearFrom}","${yearTo}","No plate,\nand a line break","Ford","red","1"`,
];

if (import.meta.main) {
  writeFileSync(new URL("permits.csv", import.meta.url), makePermits());
  console.log(`permits.csv written from seed ${seed}`);
}
