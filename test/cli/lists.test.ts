import { describe, expect, it } from "vitest";
import type { TextFile } from "../../src/cli/input/read-file.ts";
import { readListFile } from "../../src/cli/vendors/read-list-file.ts";
import { hotSpotVendor } from "../../src/vendors/hotspot/vendor.ts";
import { passportVendor } from "../../src/vendors/passport/vendor.ts";
import { t2FlexVendor } from "../../src/vendors/t2-flex/vendor.ts";

const values = (list: { entries: readonly { value: unknown }[] }) => list.entries.map(({ value }) => value);
const lines = (list: { entries: readonly { place: { line?: number } }[] }) =>
  list.entries.map(({ place }) => place.line);
const NO_COLUMNS = new Map<string, string>();
const readSpots = (file: TextFile) => readListFile(file, hotSpotVendor.list, NO_COLUMNS);

function refusal(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    return error instanceof Error ? error.message.split("\n") : [];
  }
  return [];
}

describe("stations exported from Flex", () => {
  const read = (text: string, columns: ReadonlyMap<string, string> = NO_COLUMNS) =>
    readListFile({ name: "flex.csv", text }, t2FlexVendor.list, columns);

  it("are read exactly, with quotation marks, line breaks and separators", () => {
    const list = read(
      'Station ID,Description,Station Location,Zone\n1," Lot  A ",North,\n2,"Lot ""B"", rear",,Z\n\n,,,\n3,"Two\nlines",S,Z\n4,Last,S,Z',
    );
    expect(values(list)).toEqual([
      { description: " Lot  A ", stationLocation: "North", zone: "" },
      { description: 'Lot "B", rear', stationLocation: "", zone: "Z" },
      { description: "Two\nlines", stationLocation: "S", zone: "Z" },
      { description: "Last", stationLocation: "S", zone: "Z" },
    ]);
    expect(lines(list)).toEqual([2, 3, 6, 8]);
  });

  it.each([
    ["semicolons and CR LF", "Description;Zone\r\nLot A;Z\r\n"],
    ["tabs", "description\tzone\nLot A\tZ\n"],
    ["old line ends", "DESCRIPTION,ZONE\rLot A,Z\r"],
    ["mixed line ends", "Description,Zone\nLot A,Z\r\n"],
  ])("with %s", (_, text) => {
    expect(values(read(text))).toEqual([{ description: "Lot A", zone: "Z" }]);
  });

  it("may have columns of any name", () => {
    const columns = new Map([
      ["description", "Libellé"],
      ["zone", "Secteur"],
    ]);
    expect(values(read("No,Libellé,Secteur\n7,Lot A,Z\n", columns))).toEqual([
      { description: "Lot A", zone: "Z" },
    ]);
    expect(refusal(() => read("No,Libellé\n7,Lot A\n"))).toEqual([
      'flex.csv:1: has no column for the description. Columns: "No", "Libellé". Name it with --column "description=…".',
    ]);
    expect(refusal(() => read("No,Libellé\n7,Lot A\n", columns))).toEqual([
      'flex.csv:1: has no column "Secteur". Columns: "No", "Libellé".',
    ]);
  });

  it("are refused, with every bad row named", () => {
    expect(refusal(() => read("Description,Zone\nLot A,Z\nLot B\n,Z\nLot C,Z,x\n"))).toEqual([
      "flex.csv:5: this row has 3 cells, the header 2. Put names that hold the separator in quotation marks.",
    ]);
    expect(refusal(() => read("Description,Zone\nLot A,Z\n,Z\n"))).toEqual([
      "flex.csv:3: this row has no Description.",
    ]);
    expect(refusal(() => read('Description,Zone\nLot A,Z\n"Lot B,Z\n'))[0]).toMatch(
      /^flex\.csv:\d: a quotation mark is not closed/,
    );
    expect(refusal(() => read("Zone,Description,Zone\nZ,A,Z\n"))).toEqual([
      'flex.csv:1: has the column "Zone" twice.',
    ]);
  });
});

describe("SpotIDs in an e-mail", () => {
  const read = (text: string) => readSpots({ name: "mail.txt", text });

  it("are read from lines with a bullet, among prose", () => {
    const list = read(`Subject: HotSpot Integration – SpotID Configuration Request
Date: 2026-11-21

Hi Sam,

Here are the SpotIDs for each location we want to connect:

- Lot A: 14283
• Lot B:  015320
> - Deck: North: 14285
3. Stationnement du Pavillon étudiant : 14286

Call me at any time:
Phone: 5065550100
Thanks,
-- 
Jo
`);
    expect(values(list)).toEqual([
      { spotId: "14283", name: "Lot A" },
      { spotId: "015320", name: "Lot B" },
      { spotId: "14285", name: "Deck: North" },
      { spotId: "14286", name: "Stationnement du Pavillon étudiant" },
    ]);
    expect(lines(list)).toEqual([8, 9, 10, 11]);
  });

  it("are refused, with every line named that looks like an entry and cannot be read", () => {
    const text =
      "- Lot A: 14283\n- Lot B 15320\n- Lot C:\n- : 15321\n- Lot D: 15322 (temporary)\n- Lot E: soon\nLot F: 15323\n* call me\n";
    expect(refusal(() => read(text))).toEqual([
      'mail.txt:2: "Lot B 15320" has no colon between name and SpotID.',
      'mail.txt:3: "Lot C:" has no SpotID after the colon.',
      'mail.txt:4: ": 15321" has no name before the colon.',
      'mail.txt:5: "15322 (temporary)" is no SpotID: after the colon stands the SpotID alone, such as 14283.',
      'mail.txt:6: "soon" is no SpotID: after the colon stands the SpotID alone, such as 14283.',
      'mail.txt:7: "Lot F: 15323" looks like an entry. Put "- " in front if it is one; otherwise remove the line.',
      'mail.txt:8: "call me" has no colon between name and SpotID.',
    ]);
    expect(refusal(() => read("Hello\n"))).toEqual(['mail.txt: has no line like "- Lot A: 14283".']);
    expect(refusal(() => read("Content-Transfer-Encoding: base64\n\nLQ==\n"))[0]).toContain(
      "source of an e-mail",
    );
  });
});

describe("SpotIDs in a table", () => {
  it("are text", () => {
    const list = readSpots({ name: "spots.csv", text: "Name,Spot ID\nLot A,0815\n,0816\n" });
    expect(values(list)).toEqual([{ spotId: "0815", name: "Lot A" }, { spotId: "0816" }]);
  });

  it("are refused where a spreadsheet has damaged them", () => {
    expect(refusal(() => readSpots({ name: "spots.csv", text: "SpotID\n1.4283E+04\n\nx\n" }))).toEqual([
      'spots.csv:2:1: SpotID: "1.4283E+04" was damaged by a spreadsheet; it is a number with an exponent. Make the column text in the spreadsheet, enter the id again and export again.',
    ]);
    expect(refusal(() => readSpots({ name: "spots.csv", text: "SpotID,Name\n,Lot A\n" }))).toEqual([
      "spots.csv:2: this row has no SpotID.",
    ]);
  });
});

describe("zones", () => {
  const ID = "5ebb04a1-e52c-40ea-baf1-48087cca24a4";
  const read = (name: string, text: string) => readListFile({ name, text }, passportVendor.list, NO_COLUMNS);

  it("are read from a list, from the result of listZones, from Passport's reply and from CSV", () => {
    const zone = { id: ID, number: "0101", name: "Lot A" };
    const one = `{"id":"${ID}","number":"0101","name":"Lot A"}`;
    expect(read("z.json", `[${one}]`)).toMatchObject({ complete: true, entries: [{ value: zone }] });
    expect(read("z.yaml", `- { id: ${ID}, number: 0101, name: Lot A }`)).toMatchObject({
      entries: [{ value: zone }],
    });
    const own = `{"zones":[${one}],"complete":false,"fetchedAt":"2026-11-21T15:00:00Z"}`;
    expect(read("z.json", own)).toMatchObject({
      complete: false,
      fetchedAt: new Date("2026-11-21T15:00:00Z"),
      entries: [{ value: zone }],
    });
    expect(read("z.json", `{"data":[${one.replace("{", '{"settings":{"a":1},')}]}`)).toMatchObject({
      complete: false,
      entries: [{ value: zone }],
    });
    // A null that a program wrote is not a number; in quotation marks it is one.
    const numbers = `[{"id":"${ID}","number":null,"name":"Lot A"},{"id":"b","number":"null","name":"B"}]`;
    expect(values(read("z.json", numbers))).toEqual([
      { id: ID, name: "Lot A" },
      { id: "b", number: "null", name: "B" },
    ]);
    // Passport's reply names each zone's operator, and a list of ours may.
    const theirs = one.replace("{", '{"operator_id":"c1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10",');
    const operatorId = "c1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10";
    expect(values(read("z.json", `{"data":[${theirs}]}`))).toEqual([{ ...zone, operatorId }]);
    expect(values(read("z.json", `[${theirs.replace("operator_id", "operatorId")}]`))).toEqual([
      { ...zone, operatorId },
    ]);
    expect(read("z.csv", `ID,Number,Name\n${ID},0101,Lot A\n`)).toMatchObject({
      complete: true,
      entries: [{ value: zone }],
    });
  });

  it("are refused, with the place of each fault", () => {
    expect(refusal(() => read("z.json", `[\n{"id":"${ID}"},\n{"name":"x","id":"y","size":3}]`))).toEqual([
      "z.json:2:1: zone 1 has no name.",
      'z.json:3:22: key "size" of zone 2 is not known; known keys: id, number, name, operatorId.',
    ]);
    expect(refusal(() => read("z.json", '{"zones":[],\n"fetchedAt":"yesterday"}'))).toEqual([
      expect.stringMatching(/^z\.json:2:13: fetchedAt of the list: /),
    ]);
    expect(refusal(() => read("z.json", "{}"))).toEqual([
      "z.json:1:1: must be a list of zones, or hold one under zones or data.",
    ]);
    expect(refusal(() => read("z.csv", `ID,Name\n${ID},\n`))).toEqual(["z.csv:2: this row has no Name."]);
  });
});
