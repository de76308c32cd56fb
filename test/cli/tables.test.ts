import { afterAll, describe, expect, it } from "vitest";
import { parseCsvTable } from "../../src/cli/input/csv-table.ts";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

/** The rows of a table as its readers see them, each with its line. */
function read(text: string) {
  const { headers, rows } = parseCsvTable({ name: "t.csv", text });
  return rows.map((row) => [row.place.line, ...headers.map((header) => row.cell(header))]);
}

function refusal(text: string): string[] {
  try {
    read(text);
  } catch (error) {
    return error instanceof Error ? error.message.split("\n") : [];
  }
  return [];
}

describe("a table that a spreadsheet wrote", () => {
  it.each([
    ["a first line that names the separator", "sep=;\nid;name\na;A,1\n", 3],
    ["one with CR LF, a byte order mark and capitals", "\uFEFFSEP=;\r\nid;name\r\na;A,1\r\n", 3],
    ["one that names the tab", "sep=\t\nid\tname\na\tA,1\n", 3],
    ["one that names the tab as \\t", "sep=\\t\nid\tname\na\tA,1\n", 3],
    ["one that names the comma", 'sep=,\nid,name\na,"A,1"\n', 3],
    ["one that names the bar, with lone CR", "sep=|\rid|name\ra|A,1\r", 3],
    ["one that names an unusual separator", "sep=:\nid:name\na:A,1\n", 3],
    ["one in quotation marks, and a blank line after it", '"sep=;"\n\nid;name\na;A,1\n', 4],
    ["one that was filled up with empty cells", "sep=;;;\nid;name;;\na;A,1;;\n", 3],
    ["trailing empty columns", "id;name;;\na;A,1;;\n", 2],
    ["trailing empty columns that some rows leave out", "id;name;;\na;A,1\n", 2],
    ["an empty column in the middle", "id;;name\na;;A,1\n", 2],
    ["empty cells beyond the header", "id;name\na;A,1;;;\n", 2],
    ["rows of separators alone", ";;\nid;name\n;\n;;;\na;A,1\n", 5],
  ])("is read: %s", (_, text, line) => {
    expect(read(text)).toEqual([[line, "a", "A,1"]]);
  });

  it("may leave out the empty last cells of a row", () => {
    expect(read("id,name,zoneName,target\na,A\nb,B,,2\nc,C,Z\n")).toEqual([
      [2, "a", "A", "", ""],
      [3, "b", "B", "", "2"],
      [4, "c", "C", "Z", ""],
    ]);
  });

  it("has correct line numbers where cells hold line breaks of any kind", () => {
    for (const end of ["\n", "\r\n", "\r"]) {
      const text = ['"i', 'd",name', '"a', 'b","A', '1"', "c,C", ""].join(end);
      expect(read(text).map(([line]) => line)).toEqual([3, 6]);
    }
  });

  it("takes its separator from the header, also where the header's cells hold line breaks and other separators", () => {
    expect(read('"id, or\nkey";name\na;A,1,2\n')).toEqual([[3, "a", "A,1,2"]]);
  });

  it("is refused where a row has more cells than the header", () => {
    expect(refusal("sep=;\nid;name\na;A;1\nb;B;;\nc;C;;2\n")).toEqual([
      "t.csv:3: this row has 3 cells, the header 2. Put names that hold the separator in quotation marks.",
      "t.csv:5: this row has 4 cells, the header 2. Put names that hold the separator in quotation marks.",
    ]);
    expect(refusal("sep=;\n")).toEqual(["t.csv: has no header row."]);
    expect(refusal('id,name\na,Lot "B" rear\n')[0]).toMatch(/^t\.csv:2: a quotation mark is not closed/);
  });
});

describe("a mapping table", () => {
  const check = (content: string) =>
    command(["check", workspace.write("locations.csv", content), "--company", "C"]);

  it("is read with all of these at once, and so is every list", async () => {
    const table = "sep=;\r\nid;name;zoneName;hotspot.target;;\r\na;A;;1;;\r\nb;B;Z;2\r\nc;C\r\n";
    const { code, stdout } = await check(table);
    expect(code).toBe(0);
    expect(stdout).toContain("locations 3, switched on 2, in order 2");
    const mapping = workspace.write("again.csv", table);
    const spots = workspace.write("spots.csv", "sep=;\nSpotID;Name;\n1;A\n2\n");
    const compared = await command(["check", mapping, "--company", "C", "--spots", spots]);
    expect(compared).toMatchObject({ code: 0, stdout: expect.stringContaining("everything matches") });
  });

  it("names the place of a value in a column without a name", async () => {
    const { code, stderr } = await check("id,name,hotspot.target,\na,A,1,\nb,B,2,x\n");
    expect(code).toBe(2);
    expect(stderr).toContain(
      "locations.csv:3:7: this cell stands in a column without a name; name it or empty it.",
    );
  });

  it("names the row without a name instead of counting cells", async () => {
    const { stderr } = await check("id,name,hotspot.target\na\n");
    expect(stderr).toContain("locations.csv:2: this row has no name.");
  });
});
