import { afterAll, describe, expect, it } from "vitest";
import { command, createWorkspace, fixture, runBin } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const COMPANY = "company: { id: c, name: C, providers: {} }\n";

/** What `check` prints about a file that it refuses, without the folder. */
async function refusal(name: string, content: string, ...flags: string[]): Promise<string> {
  const file = workspace.write(name, content);
  const { code, stdout, stderr } = await command(["check", file, ...flags]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  return stderr.replaceAll(`${workspace.folder}/`, "").trimEnd();
}

describe("a mapping file that cannot be used", () => {
  it.each([
    ["no.yaml", "company: [\n", /^no\.yaml:2:1: is not YAML here: /],
    [
      "key.yaml",
      `${COMPANY}locatoins: []\nlocations: []\n`,
      'key.yaml:2:1: key "locatoins" of a mapping file is not known; known keys: company, locations, otherCompanies, vendors.',
    ],
    ["twice.yaml", `${COMPANY}locations: []\nlocations: []\n`, "twice.yaml:3:1: this key is used twice."],
    ["missing.yaml", "locations: []\n", "missing.yaml:1:1: the file has no company."],
    [
      "text.yaml",
      "just some text\n",
      "text.yaml:1:1: a mapping file must hold keys and values (company, locations, otherCompanies, vendors).",
    ],
    [
      "two.yaml",
      `${COMPANY}---\n${COMPANY}`,
      "two.yaml:2:1: a second document begins here; put everything into one.",
    ],
    [
      "alias.yaml",
      "company: &c { id: *c }\nlocations: []\n",
      "alias.yaml:1:19: contains itself through an alias.",
    ],
    ["anchor.yaml", "company: *nobody\nlocations: []\n", "anchor.yaml:1:10: this alias has no anchor."],
    ["cut.json", '{ "company": {', "cut.json:1:15: is not JSON here, or was cut off."],
    ["key.json", '{\n "company": 1,\n "company": 2 }', "key.json:3:2: this key is used twice."],
    ["comma.json", '{ "company": {}, }', "comma.json:1:18: is not JSON here, or was cut off."],
    ["tab.json", '{ "company": "a\tb" }', "tab.json:1:14: is not JSON here, or was cut off."],
    ["number.json", '{ "company": 01 }', "number.json:1:15: is not JSON here, or was cut off."],
    ["after.json", "{} {}", "after.json:1:4: is not JSON here, or was cut off."],
    ["remark.json", "{ // none\n }", "remark.json:1:3: is not JSON here, or was cut off."],
    ["lines.json", '{\r\n "a": [1,\r\n 2,] }', "lines.json:3:4: is not JSON here, or was cut off."],
    ["unfinished.json", '{ "company": 1e }', "unfinished.json:1:14: is not JSON here, or was cut off."],
    ["deep.json", "[".repeat(100_000), "deep.json:1:66: is nested too deep."],
    [
      "comment.yaml",
      "# nothing else\n",
      "comment.yaml:1:1: a mapping file must hold keys and values (company, locations, otherCompanies, vendors).",
    ],
    ["deep.yaml", "[".repeat(100_000), "deep.yaml: is nested too deep."],
    ["deeper.yaml", "- ".repeat(100_000), "deeper.yaml: is nested too deep."],
    ["yaml.json", "company: c", "yaml.json:1:1: is not JSON here, or was cut off."],
  ])("%s", async (name, content, expected) => {
    const said = await refusal(name, content);
    if (typeof expected === "string") expect(said).toBe(expected);
    else expect(said).toMatch(expected);
  });

  it("is reported with all its faults at once, each with line and column", async () => {
    const said = await refusal(
      "faults.yaml",
      `company:
  id: fundy
  providers:
    hotspot: { enabled: yes, colour: blue }
locations:
  - id: a
    name: A
    zone: Z
    providers: { hotspot: { target: 1, stage: soon } }
  - Lot B
  - name:
    providers: [hotspot]
vendors:
  flowbird: {}
`,
    );
    expect(said.split("\n")).toEqual([
      "faults.yaml:2:3: the company has no name.",
      'faults.yaml:4:30: key "colour" of provider "hotspot" of the company is not known; known keys: enabled, code.',
      'faults.yaml:4:25: enabled of provider "hotspot" of the company must be true or false.',
      'faults.yaml:8:5: key "zone" of location "a" is not known; known keys: id, companyId, name, zoneName, region, providers.',
      'faults.yaml:9:18: provider "hotspot" of location "a" does not say whether it is enabled.',
      'faults.yaml:9:47: stage of provider "hotspot" of location "a" must be setup, testing or live.',
      "faults.yaml:10:5: location 2 must hold keys and values (id, companyId, name, zoneName, region, providers).",
      "faults.yaml:10:5: location 2 has no id.",
      "faults.yaml:10:5: location 2 has no name.",
      "faults.yaml:10:5: location 2 has no providers; write {} for none.",
      "faults.yaml:11:5: location 3 has no id.",
      "faults.yaml:11:10: name of location 3 has no value; leave the key out instead.",
      "faults.yaml:12:16: providers of location 3 must hold keys and values.",
      "faults.yaml:14:3: vendors.flowbird does not say of which vendor it is: write vendor: and one of t2-flex, passport, hotspot.",
    ]);
  });

  it("cannot have null as a value, unless quotation marks make it a name", async () => {
    const location = (target: string) =>
      `${COMPANY}locations: [{ id: a, name: A, providers: { hotspot: { enabled: true, target: ${target} } } }]\n`;
    for (const nothing of ["null", "~", "Null", ""]) {
      expect(await refusal("null.yaml", location(nothing))).toMatch(
        /^null\.yaml:2:\d+: target of provider "hotspot" of location "a" has no value; leave the key out instead\.$/,
      );
    }
    expect(await refusal("null.json", '{ "company": null, "locations": [] }')).toContain(
      "null.json:1:14: the company must hold keys and values (id, name, providers).",
    );
    const { code } = await command(["check", workspace.write("text.yaml", location('"null"'))]);
    expect(code).not.toBe(2);
  });

  it("is reported by the provider whose vendor is unknown", async () => {
    const said = await refusal(
      "vendor.yaml",
      "company: { id: c, name: C, providers: {} }\nlocations:\n  - { id: a, name: A, providers: { flowbird: { enabled: true } } }\n",
    );
    expect(said).toContain(
      'vendor.yaml:3:5: provider "flowbird" is switched on, but the file does not say of which vendor it is.',
    );
  });

  it("is reported when it has nothing to check", async () => {
    expect(await refusal("nothing.yaml", `${COMPANY}locations: []\n`)).toBe(
      "No provider is switched on in this file: there is nothing to check.",
    );
  });

  it("is reported when it is missing, is a folder, or has control characters in its name", async () => {
    expect((await command(["check", `${workspace.folder}/none.yaml`])).stderr).toContain(
      "none.yaml: does not exist.",
    );
    expect((await command(["check", workspace.folder])).stderr).toContain("is a folder; name a file.");
    const { stderr } = await command(["check", "\u001b[31mred\u202e.yaml"]);
    expect(stderr).toBe("[U+001B][31mred[U+202E].yaml: does not exist.\n");
  });

  it("is reported with fifty problems, and the number of the others", async () => {
    const rows = Array.from({ length: 80 }, () => "  - { colour: blue }").join("\n");
    const said = (await refusal("many.yaml", `${COMPANY}locations:\n${rows}\n`)).split("\n");
    expect(said).toHaveLength(51);
    expect(said.at(-1)).toMatch(/^and \d+ more$/);
  });
});

describe("names that are wrong inside a good file", () => {
  it("are issues, not crashes: empty, huge, half a surrogate pair, control characters, directions, repeated ids", async () => {
    const names = [
      '""',
      JSON.stringify("x".repeat(1_000_000)),
      '"\\ud800"',
      '"Lot\\u0000\\u0007A"',
      '"\\u202eLot B"',
      '"Lot C"',
      '"Lot D"',
    ];
    const ids = ["a", "b", "c", "d", "e", "f", "f"];
    const locations = names.map(
      (name, index) => `{"id":"${ids[index]}","name":${name},"providers":{"t2-flex":{"enabled":true}}}`,
    );
    const content = `{"company":{"id":"c","name":"C","providers":{"t2-flex":{"enabled":true}}},\n"locations":[\n${locations.join(",\n")}\n],"vendors":{"t2-flex":{"stations":[{"description":"Lot B"}]}}}`;
    const { code, stdout } = await command([
      "check",
      workspace.write("names.json", content),
      "--format",
      "json",
    ]);
    expect(code).toBe(1);
    for (const hidden of ["\u0000", "\u0007", "\u202e"]) expect(stdout).not.toContain(hidden);
    const { reports } = JSON.parse(stdout);
    const found = reports[0].issues.map((issue: { code: string; places: { line: number }[] }) => [
      issue.code,
      issue.places.map(({ line }) => line),
    ]);
    expect(found).toContainEqual(["input_invalid", [3]]);
    expect(found).toContainEqual(["input_invalid", [4]]);
    expect(found).toContainEqual(["input_invalid", [5]]);
    expect(found).toContainEqual(["name_differs", [7]]);
    expect(found).toContainEqual(["location_id_duplicate", [8, 9]]);
    expect(stdout.length).toBeLessThan(50_000);
  });
});

describe("a table with names that are wrong", () => {
  const HUGE = "x".repeat(1_000_000);
  const table = workspace.write(
    "wrong.csv",
    `id,name,hotspot.target\na,Lot\u0007 A,1\na,Lot B\u200f,2\nb,${HUGE},3\n${HUGE},Lot D,4\n`,
  );

  it.each(["text", "markdown", "html"])(
    "keeps every row, each under its names, and prints less than a megabyte (%s)",
    async (format) => {
      const args = ["check", table, "--company", HUGE, "--format", format];
      const { code, stdout } = await command(args);
      expect(code).toBe(1);
      expect(stdout.length).toBeLessThan(40_000);
      const shown = stdout.replaceAll("\\", "").replace(/<[^>]+>/g, "");
      // Both locations that share an id are named: either may be the intended one.
      expect(shown).toContain(
        format === "html" ? "LotU+0007 A / Lot BU+200F" : "Lot[U+0007] A / Lot B[U+200F]",
      );
      for (const line of [2, 3, 4, 5]) expect(stdout).toContain(`wrong.csv:${line}`);
    },
  );

  it.each(["stations", "spots", "zones"])("is a list with such a name as well (--%s)", async (flag) => {
    const mapping = workspace.write(
      "list.yaml",
      "company: { id: c, name: C, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true }, passport: { enabled: true, code: PASSPORTC } } }\nlocations:\n  - { id: a, name: A, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true, target: 1 }, passport: { enabled: true, target: A } } }\n",
    );
    const header = { stations: "Description,Zone", spots: "SpotID,Name", zones: "ID,Name" }[flag];
    const list = workspace.write("list.csv", `${header}\n1,A\n${HUGE},B\n`);
    const { stdout } = await command(["check", mapping, `--${flag}`, list]);
    expect(stdout).toContain("error input_invalid, ");
    expect(stdout).toContain("list.csv:3\n");
    expect(stdout.length).toBeLessThan(10_000);
    const none = await command(["check", mapping, `--${flag}`, workspace.write("none.csv", `${header}\n`)]);
    expect(none).toMatchObject({ code: 1, stdout: expect.stringContaining("error target_unknown - A (a)") });
  });
});

describe("the place of an entry that cannot be read", () => {
  it("is named in another company's locations, and in a list that has a complete flag", async () => {
    const file = workspace.write(
      "places.yaml",
      `company: { id: c, name: C, providers: { passport: { enabled: true, code: PASSPORTC } } }
locations:
  - { id: a, name: A, providers: { passport: { enabled: true, target: A } } }
otherCompanies:
  - company: { id: d, name: D, providers: { passport: { enabled: true } } }
    locations:
      - { id: b, name: B, providers: {} }
      - { id: e, name: "\\uD800", providers: {} }
  - company: { id: f, name: "", providers: {} }
    locations: []
vendors:
  passport:
    zones:
      - { id: z1, name: A }
      - { id: z1, name: B }
`,
    );
    const { stdout } = await command(["check", file, "--format", "json"]);
    const issues: { code: string; field?: string; places: { line: number }[] }[] =
      JSON.parse(stdout).reports[0].issues;
    const unreadable = issues.filter(({ code }) => code === "input_invalid");
    expect(unreadable.map(({ field, places }) => [field, places.map(({ line }) => line)])).toEqual([
      ["otherCompanies[0].locations[1].name", [8]],
      ["otherCompanies[1].company.name", [9]],
      ["zones.zones[1].id", [15]],
    ]);
  });
});

it("is found in the vendor's section, however deeply it is nested", async () => {
  const file = workspace.write(
    "section.yaml",
    `
company: { id: c, name: C, providers: { t2-flex: { enabled: true }, passport: { enabled: true, code: PASSPORTC } } }
locations: [{ id: a, name: A, providers: { t2-flex: { enabled: true }, passport: { enabled: true, target: A } } }]
vendors:
  t2-flex:
    zones:
      - A
      - ""
  passport: { operatorId: OPERATOR-7, zoneIds: mine }
`,
  );
  const { stdout } = await command(["check", file, "--format", "json"]);
  const reports: { issues: { code: string; places: { line: number; column: number }[] }[] }[] =
    JSON.parse(stdout).reports;
  const found = reports.flatMap(({ issues }) =>
    issues.flatMap(({ code, places }) => places.map(({ line, column }) => `${code} ${line}:${column}`)),
  );
  expect(found).toEqual(["input_invalid 8:9", "input_invalid 9:48", "operator_malformed 9:27"]);
});

it("is named by its provider where a setting of a vendor is malformed, not by a function", async () => {
  for (const name of ["readiness", "test-plate"]) {
    expect(
      await command([name, fixture("ten-mistakes.yaml"), "--all"].slice(0, name === "readiness" ? 2 : 3)),
    ).toEqual({
      code: 2,
      stdout: "",
      stderr: "passport: operatorId: must be a UUID.\n",
    });
  }
});

describe("arguments that cannot be used", () => {
  it.each([
    [["check"], "Name the mapping file."],
    [["check", "a", "b"], "Name one mapping file; there are 2 arguments without a flag."],
    [["check", "a", "--fromat", "json"], "Flag --fromat is not known. Did you mean --format?"],
    [
      ["check", "a", "--constructor"],
      expect.stringMatching(/^Flag --constructor is not known\. Flags: --vendor, /),
    ],
    [["check", "a", "--format"], "--format needs a value: --format <text|markdown|html|json>."],
    [["check", "a", "--format", "pdf"], "--format must be one of text, markdown, html, json."],
    [["check", "a", "--out", "--format", "json"], "--out needs a value, and another flag follows it."],
    [["check", "a", "--allow-warnings=yes"], "--allow-warnings takes no value."],
    [["check", "a", "--out", "b", "--out", "c"], "--out is given twice."],
    [
      ["check", "a", "--column", "x=y"],
      "--column must be a key, = and a header; keys: description, stationLocation, zone.",
    ],
    [
      ["chekc"],
      "Unknown command. Did you mean check? Commands: init, check, readiness, test-plate, lookup, where, sandbox, completion. See npx @offstreet/enforcement --help.",
    ],
    [
      ["parse"],
      "Unknown command. Commands: init, check, readiness, test-plate, lookup, where, sandbox, completion. See npx @offstreet/enforcement --help.",
    ],
    [
      ["check", "a", "--Allow_Warnings"],
      "Flag --Allow_Warnings is not known. Did you mean --allow-warnings?",
    ],
    [["check", "a", "-format", "json"], "Flag -f is not known. Did you mean --format?"],
    [["check", "a", "--hlep"], "Flag --hlep is not known. Did you mean --help?"],
  ])("%j", async (args, said) => {
    const file = workspace.write("a.yaml", `${COMPANY}locations: []\n`);
    const ended = await command(args.map((arg) => (arg === "a" ? file : arg)));
    expect({ ...ended, stderr: ended.stderr.trimEnd() }).toEqual({ code: 2, stdout: "", stderr: said });
  });

  it("are never printed when they may be secrets", async () => {
    const secret = "s3cr3t-value";
    for (const args of [
      ["readiness", "x.yaml", `--client-secret=${secret}`],
      ["readiness", "x.yaml", "--client-secret", secret],
      ["lookup", "https://example.test/", "--plate", "A", "--password-env", secret],
      ["lookup", "https://example.test/", "--plate", "A", "--password-env", "S3CR3TVALUE"],
    ]) {
      const { code, stdout, stderr } = await command(args);
      expect(code).toBe(2);
      expect(stdout + stderr).not.toMatch(/s3cr3t/i);
      expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    }
  });

  it("end a process with 2 and one line", async () => {
    const ended = await runBin(["check", "a.yaml", "--fromat", "json"]);
    expect(ended).toEqual({
      code: 2,
      stdout: "",
      stderr: "Flag --fromat is not known. Did you mean --format?\n",
    });
  });
});
