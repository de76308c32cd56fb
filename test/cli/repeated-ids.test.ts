import { afterAll, describe, expect, it } from "vitest";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const ROWS = 2_000;
const FORMATS = ["text", "markdown", "html", "json"] as const;

/** A column with the same text in each row. */
const text = (content: string) => (): string => content;

interface Checked {
  reports: {
    summary: { errors: number };
    issues: { code: string; message: string; places: unknown[]; morePlaces?: number }[];
  }[];
}

/** A table with that many rows; each cell may depend on the row. */
function table(
  name: string,
  columns: Readonly<Record<string, (row: number) => string>>,
  rows = ROWS,
): string {
  const cells = Object.values(columns);
  const lines = Array.from({ length: rows }, (_, row) => cells.map((cell) => cell(row)).join(","));
  return workspace.write(name, [Object.keys(columns).join(","), ...lines, ""].join("\n"));
}

const report = (args: readonly string[], format: string) =>
  command(["check", ...args, "--company", "C", "--company-code", "PASSPORTC", "--format", format]);

async function issuesOf(args: readonly string[]) {
  const { stdout } = await report(args, "json");
  const { reports }: Checked = JSON.parse(stdout);
  return reports.flatMap(({ issues }) => issues);
}

describe("one id in every row", () => {
  const same = text("a");
  const each =
    (prefix: string) =>
    (row: number): string =>
      `${prefix}${row}`;

  it("is one issue, with the first places and the number of the others", async () => {
    const file = table("one.csv", { id: same, name: each("Lot "), "hotspot.target": each("1") });
    const issues = await issuesOf([file]);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toMatchObject({
      code: "location_id_duplicate",
      message: 'Location id "a" is used for 2000 locations.',
      morePlaces: ROWS - 3,
    });
    expect(issues[0]?.places).toHaveLength(3);
    const { stdout } = await report([file], "text");
    expect(stdout.replaceAll(`${workspace.folder}/`, "")).toContain(
      "error location_id_duplicate - Lot 0 / Lot 1 / Lot 2 and 1,997 more (a), one.csv:2 and one.csv:3 and one.csv:4 and 1,997 more\n",
    );
  });

  it.each([
    ["t2-flex", { name: text("Lot"), "t2-flex.target": text("Lot") }, ["location_name_duplicate"]],
    [
      "t2-flex under another station",
      { name: text("Lot"), "t2-flex.target": text("Pit") },
      ["location_name_duplicate", "name_differs"],
    ],
    ["hotspot", { name: text("Lot"), "hotspot.target": text("7") }, ["target_duplicate"]],
    ["passport", { name: text("Lot"), "passport.target": text("Z") }, ["target_duplicate"]],
  ] as const)("is one issue of each kind where the rows are equal (%s)", async (_, columns, codes) => {
    const issues = await issuesOf([table("equal.csv", { id: same, ...columns })]);
    expect(issues.map(({ code }) => code).sort()).toEqual(["location_id_duplicate", ...codes]);
  });

  it.each(FORMATS)("costs no more per row than distinct ids do (%s)", async (format) => {
    // Every row also has issues of its own: no target, no zone name.
    const columns = { name: each("Lot "), "hotspot.enabled": () => "true", "hotspot.target": () => "" };
    const size = async (name: string, id: (row: number) => string, rows: number) =>
      (await report([table(name, { id, ...columns }, rows)], format)).stdout.length;
    const other = await size("other.csv", each("lot-"), ROWS);
    expect(await size("same.csv", same, ROWS)).toBeLessThan(other * 3);
    expect(await size("half.csv", same, ROWS / 2)).toBeGreaterThan((await size("same.csv", same, ROWS)) / 3);
  });

  it("does not make the readiness report large either", async () => {
    const file = table("ready.csv", {
      id: same,
      name: each("Lot "),
      "t2-flex.enabled": () => "true",
      "t2-flex.target": each("Pit "),
    });
    const args = ["readiness", file, "--company", "C", "--format", "json"];
    const { stdout } = await command(args);
    const [{ locations, mapping }] = JSON.parse(stdout).reports;
    expect(mapping.issues).toHaveLength(ROWS + 1);
    expect(locations).toHaveLength(1);
    expect(stdout.length).toBeLessThan(5_000_000);
  });

  it("is one issue in a vendor's list as well, however many locations use it", async () => {
    const file = table("t.csv", { id: each("lot-"), name: each("Lot "), "hotspot.target": () => "7" });
    const spots = table("s.csv", { SpotID: () => "7", Name: each("Lot ") });
    const { stdout } = await report([file, "--spots", spots], "json");
    expect(stdout.length).toBeLessThan(5_000_000);
    const { reports }: Checked = JSON.parse(stdout);
    const codes = reports.flatMap(({ issues }) => issues.map(({ code }) => code));
    expect(codes.filter((code) => code === "target_ambiguous")).toHaveLength(ROWS);
    expect(codes).toHaveLength(2 * ROWS);
  });
});

describe("one id in every row of a vendor's list", () => {
  const mapping = () =>
    workspace.write(
      "lists.yaml",
      `company: { id: c, name: C, providers: { t2-flex: { enabled: true }, passport: { enabled: true, code: PASSPORTC }, hotspot: { enabled: true } } }
locations:
  - { id: a, name: A, providers: { t2-flex: { enabled: true }, passport: { enabled: true, target: z }, hotspot: { enabled: true, target: 7 } } }
`,
    );

  it.each([
    ["--zones", "passport", { ID: text("z"), Name: (row: number) => `Z${row}` }, "input_invalid"],
    ["--spots", "hotspot", { SpotID: text("7"), Name: (row: number) => `S${row}` }, "target_ambiguous"],
    [
      "--spots",
      "hotspot",
      { SpotID: text("8"), Name: (row: number) => `S${row}` },
      "target_without_location",
    ],
    [
      "--stations",
      "t2-flex",
      { Description: text("A"), Zone: (row: number) => `Z${row}` },
      "target_ambiguous",
    ],
    ["--stations", "t2-flex", { Description: text("B"), Zone: text("Z") }, "target_without_location"],
  ])("is one issue: %s of %s", async (flag, vendor, columns, code) => {
    const list = table("list.csv", columns);
    const issues = await issuesOf([mapping(), "--vendor", vendor, flag, list]);
    expect(issues.filter((issue) => issue.code === code)).toHaveLength(1);
    expect(issues.length).toBeLessThan(4);
  });
});

describe("a YAML file with aliases", () => {
  const company = "company: { id: c, name: C, providers: { hotspot: { enabled: true } } }\n";
  const write = (rest: string) => workspace.write("aliases.yaml", `${company}${rest}`);
  const location = "{ id: a, name: A, providers: { hotspot: { enabled: true, target: 7 } } }";

  it("may contain one location fifty thousand times: that is one id, and one issue of each kind", async () => {
    const aliases = "  - *a\n".repeat(49_999);
    const { code, stdout } = await report([write(`locations:\n  - &a ${location}\n${aliases}`)], "json");
    const { reports }: Checked = JSON.parse(stdout);
    expect(code).toBe(1);
    expect(reports[0]?.issues.map(({ code, morePlaces }) => [code, morePlaces])).toEqual([
      ["location_id_duplicate", 49_997],
      ["target_duplicate", 49_997],
    ]);
  });

  it("is refused where they expand to too much", async () => {
    const levels = Array.from({ length: 30 }, (_, level) => {
      const items = level === 0 ? Array(10).fill(location) : Array(10).fill(`*l${level - 1}`);
      return `  - &l${level} [${items.join(", ")}]\n`;
    });
    const { code, stderr } = await command(["check", write(`locations:\n${levels.join("")}`)]);
    expect(code).toBe(2);
    expect(stderr.replaceAll(`${workspace.folder}/`, "")).toBe(
      "aliases.yaml:4:10: the aliases of this file stand for more than 1,000,000 values. Write them out, or split the file.\n",
    );
  });

  it("reports what is wrong with one bad entry once, however often it is repeated", async () => {
    const providers = Array.from({ length: 300 }, (_, index) => `p${index}: *bad`).join(", ");
    const file = write(
      `locations:\n  - { id: a, name: A, providers: { p: &bad { enabled: true, target: "14,283", x: 1 }, ${providers} } }\n`,
    );
    const { stderr } = await command(["check", file]);
    expect(stderr.split("\n").filter((line) => line.includes('"14,283"'))).toHaveLength(50 / 2);
  });

  it("has each key once, also among very many keys", async () => {
    const keys = Array.from({ length: 8_000 }, (_, index) => `    k${index}: { enabled: false }\n`).join("");
    const file = write(
      `locations: []\notherCompanies:\n- company:\n   id: d\n   name: D\n   providers:\n${keys}    k7: {}\n`,
    );
    const { stderr } = await command(["check", file]);
    expect(stderr.replaceAll(`${workspace.folder}/`, "")).toBe(
      "aliases.yaml:8008:5: this key is used twice.\n",
    );
  });
});
