import { afterAll, describe, expect, it } from "vitest";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

/** Damaged forms of an id, and the message for each. */
const DAMAGES: readonly (readonly [text: string, is: string])[] = [
  ...["1.4283E+04", "1,4283E+04", "1E+05", "1.4e5", "-1.4283e+04"].map(
    (text) => [text, "a number with an exponent"] as const,
  ),
  ...["14283.0", "14283.00", "14283,0"].map((text) => [text, "a number with decimals"] as const),
  ...[
    "14,283",
    "14.283",
    "14 283",
    "14\u00a0283",
    "14\u202f283",
    "14'283",
    "1,014,283",
    "14,283.00",
    "1,42,830",
  ].map((text) => [text, "a number with thousands separators"] as const),
  ...[
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#VALEUR!",
    "#NOM?",
    "#NV",
    "Err:502",
  ].map((text) => [text, "the error value of a formula"] as const),
  ["########", "what a spreadsheet shows where a column is too narrow"],
  ["'014283", "marked as text by an apostrophe in front"],
  ['="014283"', "a formula"],
];

/** Texts that look like damaged ids, and may be names. */
const NAMES = ["14,283", "1.0", "1E+05", "'Ohana Lot", "= Lot", "Lot #2", "#2", "# 2!"];

const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
const lineOf = (said: string) => said.replaceAll(`${workspace.folder}/`, "").trimEnd().split("\n");

/** The mapping file that is compared with a list. */
const mapping = workspace.write(
  "mapping.yaml",
  `
company: { id: c, name: C, providers: { t2-flex: { enabled: true }, passport: { enabled: true, code: PASSPORTC }, hotspot: { enabled: true } } }
locations:
  - id: a
    name: A
    providers:
      t2-flex: { enabled: true }
      passport: { enabled: true, target: Z }
      hotspot: { enabled: true, target: 7 }
`,
);

/** Every place of a file that holds an id: how to put a text there, and how messages name it. */
const PLACES: readonly {
  what: string;
  at: string;
  args: (text: string) => string[];
}[] = [
  ...["id", "companyId", "hotspot.target", "passport.target"].map((column) => ({
    what: column,
    at: "table.csv:3:3",
    args: (text: string) => [
      workspace.write(
        "table.csv",
        ["id", "name"].includes(column)
          ? `name,${column},hotspot.target\nA,a,1\nB,${quote(text)},2\n`
          : `name,${column},id,hotspot.enabled\nA,1,a,true\nB,${quote(text)},b,true\n`,
      ),
      "--company",
      "C",
      "--company-code",
      "PASSPORTC",
    ],
  })),
  {
    what: "SpotID",
    at: "spots.csv:3:3",
    args: (text) => [
      mapping,
      "--spots",
      workspace.write("spots.csv", `Name,SpotID\nA,7\nB,${quote(text)}\n`),
    ],
  },
  {
    what: "SpotID",
    at: "mail.txt:2:10",
    args: (text) => [mapping, "--spots", workspace.write("mail.txt", `- Lot A: 7\n- Lot B: ${text}\n`)],
  },
  ...["ID", "Number"].map((column) => ({
    what: column,
    at: "zones.csv:3:3",
    args: (text: string) => [
      mapping,
      "--zones",
      workspace.write(
        "zones.csv",
        column === "ID" ? `Name,ID\nZ,z\nY,${quote(text)}\n` : `Name,Number,ID\nZ,1,z\nY,${quote(text)},y\n`,
      ),
    ],
  })),
  ...["id", "number"].map((key) => ({
    what: `${key} of zone 1`,
    at: "zones.json:1:",
    args: (text: string) => [
      mapping,
      "--zones",
      workspace.write("zones.json", JSON.stringify([{ id: "z", number: "1", name: "Z", [key]: text }])),
    ],
  })),
  ...[
    { what: 'target of provider "hotspot" of location "a"', key: "hotspot" },
    { what: 'target of provider "east" of location "a"', key: "east" },
  ].map(({ what, key }) => ({
    what,
    at: "target.yaml:5:",
    args: (text: string) => [
      workspace.write(
        "target.yaml",
        `company: { id: c, name: C, providers: {} }
locations:
  - id: a
    name: A
    providers: { ${key}: { enabled: true, target: ${JSON.stringify(text)} } }
vendors: { east: { vendor: passport } }
`,
      ),
    ],
  })),
  {
    what: "SpotID 2",
    at: "spots.yaml:2:",
    args: (text) => [
      workspace.write(
        "spots.yaml",
        `{ company: { id: c, name: C, providers: { hotspot: { enabled: true } } }, locations: [],
 vendors: { hotspot: { spotIds: [7, ${JSON.stringify(text)}] } } }`,
      ),
    ],
  },
];

describe("an id that a spreadsheet has damaged", () => {
  it.each(PLACES)("is one named problem with its place: $what, at $at", async ({ what, at, args }) => {
    for (const [text, is] of DAMAGES) {
      const { code, stdout, stderr } = await command(["check", ...args(text)]);
      const [said = "", ...more] = lineOf(stderr);
      expect({ text, code, stdout, more }).toEqual({ text, code: 2, stdout: "", more: [] });
      expect(said.startsWith(at), said).toBe(true);
      expect(said).toContain(`${what}: "`);
      expect(said).toContain(`was damaged by a spreadsheet; it is ${is}. `);
    }
  });

  it("lists how many were tried", () => {
    console.log(`damaged ids: ${PLACES.length} places × ${DAMAGES.length} forms`);
    expect(PLACES.length * DAMAGES.length).toBeGreaterThan(300);
  });

  it("is found where a program wrote a number, and where a formula has no quotation marks around it", async () => {
    for (const number of ["14283.0", "1.4283E+04"]) {
      const file = workspace.write(
        "number.json",
        `{"company":{"id":"c","name":"C","providers":{}},"locations":[\n{"id":"a","name":"A","providers":{"hotspot":{"enabled":true,"target":${number}}}}]}`,
      );
      expect((await command(["check", file])).stderr).toContain("number.json:2:70: target of provider");
    }
    const table = workspace.write("bare.csv", 'id,name,hotspot.target\na,A,="014283"\nb,B,="014284"\n');
    const { stderr } = await command(["check", table, "--company", "C"]);
    expect(lineOf(stderr).map((line) => line.slice(0, 40))).toEqual([
      'bare.csv:2:5: hotspot.target: "="014283"',
      'bare.csv:3:5: hotspot.target: "="014284"',
    ]);
  });

  it("is not confused with digits, UUIDs, codes with letters, or an exponent without a sign", async () => {
    for (const id of [
      "014283",
      "5e830000-1111-4222-8333-123456789012",
      "2E1",
      "A-1.0",
      "12.5",
      "1-2",
      "0815.7",
    ]) {
      const file = workspace.write("good.csv", `id,name,passport.target\n${id},A,${id}\n`);
      const { code } = await command(["check", file, "--company", "C", "--company-code", "PASSPORTC"]);
      expect({ id, code }).toEqual({ id, code: 0 });
    }
  });
});

describe("a name", () => {
  const table = (name: string) => [
    workspace.write("names.csv", `id,name,t2-flex.target\na,${quote(name)},${quote(name)}\n`),
    "--company",
    "C",
  ];

  it("may look like a damaged id", async () => {
    for (const name of NAMES) {
      const { code } = await command(["check", ...table(name)]);
      expect({ name, code }).toEqual({ name, code: 0 });
      const stations = workspace.write("names-flex.csv", `Description,Zone\n${quote(name)},${quote(name)}\n`);
      expect((await command(["check", mapping, "--stations", stations])).code).toBe(1);
    }
  });

  it.each(["#N/A", "#REF!", "########"])("is never %s", async (text) => {
    expect(lineOf((await command(["check", ...table(text)])).stderr)).toEqual([
      expect.stringMatching(/^names\.csv:2:3: name: /),
      expect.stringMatching(/^names\.csv:2:\d+: t2-flex\.target: /),
    ]);
    const lists = [
      ["--stations", `Description,Zone\nA,B\n${text},C\nD,${text}\n`, 2],
      ["--spots", `SpotID,Name\n7,${text}\n`, 1],
      ["--zones", `ID,Name\nz,${text}\n`, 1],
    ] as const;
    for (const [flag, content, count] of lists) {
      const { code, stderr } = await command(["check", mapping, flag, workspace.write("list.csv", content)]);
      expect({ code, problems: lineOf(stderr).length }).toEqual({ code: 2, problems: count });
      expect(stderr).toContain("was damaged by a spreadsheet");
    }
  });
});

describe("a space at the end of an id", () => {
  const hotspot = (target: string, spotId: string) =>
    command([
      "check",
      workspace.write("space.csv", `id,name,hotspot.target\na,A,${target}\n`),
      "--company",
      "C",
      "--spots",
      workspace.write("space-spots.csv", `SpotID,Name\n${spotId},A\n`),
    ]);

  it("is reported as a space on either side, never as a lost zero", async () => {
    const sides = await Promise.all([hotspot("14283 ", "14283"), hotspot("14283", "14283 ")]);
    for (const { code, stdout } of sides) {
      expect(code).toBe(1);
      expect(stdout).toContain("error target_malformed - A (a)");
      expect(stdout).toContain("differs only in trailing spaces");
      expect(stdout).not.toMatch(/zeros/);
    }
    expect((await hotspot("14283", "014283")).stdout).toContain("error leading_zeros_differ");
  });

  it("is a problem of the file where the vendor does not have the id", async () => {
    const table = workspace.write("own.csv", "id,name,hotspot.target\na ,A,1\n b,B,2\n");
    expect(lineOf((await command(["check", table, "--company", "C"])).stderr)).toEqual([
      'own.csv:2:1: id: "a[U+0020]" ends in a space; remove it.',
      'own.csv:3:1: id: "[U+0020]b" begins with a space; remove it.',
    ]);
  });
});
