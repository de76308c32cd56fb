import { afterAll, describe, expect, it } from "vitest";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const HEAD = `company: { id: c, name: C, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true } } }
locations:
  - id: a
`;

/** A mapping file with one location; the argument is its text from line 4 on. */
const write = (lines: string) => workspace.write("m.yaml", `${HEAD}${lines}`);

/** Its warnings, as programs read them. */
async function warnings(lines: string, ...flags: string[]) {
  const { code, stdout } = await command(["check", write(lines), "--format", "json", ...flags]);
  const report: {
    warnings: { message: string; places: { line: number; column: number }[] }[];
  } = JSON.parse(stdout);
  const found = report.warnings.map(
    ({ message, places: [place] }) => `${place?.line}:${place?.column} ${message.split(":")[0]}`,
  );
  return { code, found };
}

const ON = "    providers: { hotspot: { enabled: true, target: 7 } }\n";

describe("a comment that cuts off a text", () => {
  it("is a warning with its place, in every format of the report", async () => {
    const file = write(`    name: Lot #2\n${ON}`);
    for (const format of ["text", "markdown", "html"]) {
      const { code, stdout } = await command(["check", file, "--format", format]);
      expect(code).toBe(1);
      const shown = stdout.replaceAll("\\", "").replaceAll("&quot;", '"');
      expect(shown).toContain('name of location "a" is read as "Lot": what follows # is a comment.');
      expect(shown).toContain("m.yaml:4:11");
      expect(shown).toContain("1 warning");
    }
    expect((await command(["check", file, "--allow-warnings"])).code).toBe(0);
  });

  it.each([
    ["name", `    name: Lot #2\n${ON}`, '4:11 name of location "a" is read as "Lot"'],
    ["name with a tab", `    name: Lot\t#2\n${ON}`, '4:11 name of location "a" is read as "Lot"'],
    [
      "name and a remark",
      `    name: Lot 2 # the big one\n${ON}`,
      '4:11 name of location "a" is read as "Lot 2"',
    ],
    [
      "zone name",
      `    name: A\n    zoneName: Zone #A\n${ON}`,
      '5:15 zoneName of location "a" is read as "Zone"',
    ],
    [
      "target",
      "    name: A\n    providers:\n      hotspot:\n        enabled: true\n        target: 14283 #2\n",
      '8:17 target of provider "hotspot" of location "a" is read as "14283"',
    ],
    [
      "list of zones",
      `    name: A\n${ON}vendors:\n  t2-flex:\n    zones:\n      - Zone #A\n`,
      '9:9 entry 1 of zones of vendors.t2-flex is read as "Zone"',
    ],
    [
      "station",
      `    name: A\n${ON}vendors:\n  t2-flex:\n    stations:\n      - description: A #1\n        zone: Z\n`,
      '9:22 description of station 1 is read as "A"',
    ],
  ])("is a warning at a %s", async (_, lines, said) => {
    expect(await warnings(lines)).toEqual({ code: 1, found: [said] });
  });

  it("is a warning in a separate list of zones", async () => {
    const mapping = workspace.write(
      "p.yaml",
      "company: { id: c, name: C, providers: { passport: { enabled: true, code: PASSPORTC } } }\nlocations: [{ id: a, name: A, providers: { passport: { enabled: true, target: A } } }]\n",
    );
    const zones = workspace.write("zones.yaml", "- id: z\n  name: A #1\n");
    const { code, stdout } = await command(["check", mapping, "--zones", zones]);
    expect({ code, found: stdout.includes("zones.yaml:2:9") }).toEqual({ code: 1, found: true });
  });

  it("is reported on standard error by the commands whose reports are about something else", async () => {
    const file = write(`    name: Lot #2\n${ON}`);
    const { stderr } = await command(["readiness", file]);
    expect(stderr).toMatch(/^warning: .*m\.yaml:4:11: name of location "a" is read as "Lot"/);
  });

  it("is no warning where quotation marks, another line or the kind of value leave no doubt", async () => {
    const lines = `    # a comment of its own
    name: "Lot" # in quotation marks
    region: CA-NB # a code
    zoneName: Lot#2
    providers:
      hotspot:
        enabled: true # since May
        # before a target
        target: '14283' # in quotation marks
        stage: live # one of three
vendors:
  hotspot:
    companyToken: false # there is none
    baseUrl: https://hotspot.example/api # an address
`;
    expect((await warnings(lines)).found).toEqual([]);
    const id = workspace.write("id.yaml", `${HEAD.replace("id: a", "id: lot-a # remark")}    name: A\n${ON}`);
    expect((await command(["check", id])).stdout).not.toContain("comment");
  });

  it("is reported where it leaves an empty value, and where it removes a bracket", async () => {
    const empty = await command(["check", write(`    name: #2\n${ON}`)]);
    expect(empty.stderr).toContain(
      'm.yaml:4:11: name of location "a" has no value: what follows # is a comment. If it is the value, put it in quotation marks.',
    );
    const flow = workspace.write(
      "flow.yaml",
      `${HEAD.slice(0, HEAD.indexOf("  -"))}  - { id: a, name: Lot #2, providers: {} }\n  - { id: b }\n`,
    );
    const { code, stderr } = await command(["check", flow]);
    expect(code).toBe(2);
    expect(stderr).toContain(
      "flow.yaml:3:24: is not YAML here: what follows # is a comment, the closing bracket",
    );
  });
});
