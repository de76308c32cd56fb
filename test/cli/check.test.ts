import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { command, createWorkspace, fixture, runBin } from "./command-line.ts";
import { TEN_MISTAKES } from "./ten-mistakes.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

interface CheckJson {
  version: number;
  verdict: { ok: boolean; mark: string; text: string };
  reports: {
    providerId: string;
    issues: {
      code: string;
      locationId: string | null;
      difference?: { position: number; codePoints: { expected?: string; actual?: string } };
      places: { file: string; line: number; column: number }[];
    }[];
  }[];
}

async function checkAsJson(...args: string[]): Promise<CheckJson> {
  return JSON.parse((await command(["check", ...args, "--format", "json"])).stdout);
}

describe("ten planted mistakes", () => {
  it("are exactly those ten codes, each with its location, its line and its position", async () => {
    const { reports } = await checkAsJson(fixture("ten-mistakes.yaml"));
    const found = reports.flatMap(({ providerId: provider, issues }) =>
      issues.map(({ code, locationId: location, difference, places }) => ({
        provider,
        code,
        location,
        line: places[0]?.line,
        ...(difference === undefined ? {} : { position: difference.position }),
      })),
    );
    expect(found).toEqual(TEN_MISTAKES);
    expect(new Set(found.map(({ code }) => code)).size).toBe(10);
  });

  it("show an invisible character", async () => {
    const { reports } = await checkAsJson(fixture("ten-mistakes.yaml"), "--vendor", "t2-flex");
    expect(reports).toHaveLength(1);
    expect(reports[0]?.issues[0]?.difference?.codePoints).toEqual({ expected: "U+0020", actual: "U+00A0" });
    const { stdout } = await command(["check", fixture("ten-mistakes.yaml")]);
    expect(stdout).toContain(
      "      expected  Lot 102\n                   ^\n      found     Lot[U+00A0]102\n                   ^^^^^^^^\n",
    );
    expect(stdout).not.toContain("\u00a0");
  });

  it("exit with 1, and print the same in a process of their own", async () => {
    const [inside, outside] = await Promise.all([
      command(["check", fixture("ten-mistakes.yaml")], { columns: 80 }),
      runBin(["check", fixture("ten-mistakes.yaml")]),
    ]);
    const withoutTime = (text: string) => text.replace(/Checked: .*/, "Checked:");
    expect(outside).toMatchObject({ code: 1, stderr: "" });
    expect(withoutTime(outside.stdout)).toBe(withoutTime(inside.stdout));
    for (const { code } of TEN_MISTAKES) expect(outside.stdout).toContain(code);
  });
});

describe("check", () => {
  const clean = `
company: { id: fundy, name: University of Fundy, providers: { hotspot: { enabled: true } } }
locations:
  - { id: lot-a, name: Lot A, providers: { hotspot: { enabled: true, target: 0815 } } }
vendors:
  hotspot: { spotIds: [0815] }
`;

  it("exits with 0 when there are no issues; SpotIDs keep their zeros without quotation marks", async () => {
    const { code, stdout } = await command(["check", workspace.write("clean.yaml", clean)]);
    expect(code).toBe(0);
    expect(stdout).toContain("everything matches");
  });

  it("reports what was not compared", async () => {
    const file = workspace.write("unverified.yaml", clean.replace(/vendors:[\s\S]*/, ""));
    const { code, stdout } = await command(["check", file]);
    expect(code).toBe(0);
    expect(stdout).toContain("nothing was compared: there is no list from the vendor");
    expect(stdout).toContain("compared with nothing: no list given (--spots)");
  });

  it("fails with --require-lists where a provider that is switched on has no list to compare with", async () => {
    const file = workspace.write("required.yaml", clean.replace(/vendors:[\s\S]*/, ""));
    const { code, stdout } = await command(["check", file, "--require-lists", "--allow-warnings"]);
    expect(code).toBe(1);
    expect(stdout).toContain("HotSpot (hotspot): 1 error");
    expect(stdout).toContain("There is no list from HotSpot to compare with, and --require-lists is given.");
    expect(stdout).toContain(
      "Name a file with --spots, or write the list into the mapping file under vendors.hotspot.spotIds.",
    );
    const json = JSON.parse((await command(["check", file, "--require-lists", "--format", "json"])).stdout);
    const verdict = { ok: false, mark: "bad", text: "1 error" };
    expect(json).toMatchObject({ verdict, reports: [{ compared: false, lacksList: true, verdict }] });
    const spots = workspace.write("required.csv", "SpotID\n0815\n");
    expect((await command(["check", file, "--require-lists", "--spots", spots])).code).toBe(0);
    // A location that is switched off, and external ids, need no list.
    const off = clean
      .replace(/vendors:[\s\S]*/, "")
      .replace("enabled: true, target", "enabled: false, target");
    const others = workspace.write(
      "others.yaml",
      `${off}vendors:\n  hotspot: {}\n  passport: { zoneIds: external }\n`,
    );
    expect((await command(["check", others, "--require-lists", "--allow-warnings"])).code).toBe(0);
  });

  it("counts warnings as issues, unless --allow-warnings is given", async () => {
    const file = workspace.write("warning.yaml", clean.replace("spotIds: [0815]", "spotIds: [0815, 0816]"));
    expect((await command(["check", file])).code).toBe(1);
    expect((await command(["check", file, "--allow-warnings"])).code).toBe(0);
    const verdict = { ok: false, mark: "attention", text: "1 warning" };
    expect(await checkAsJson(file)).toMatchObject({ verdict, reports: [{ verdict }] });
    const allowed = { ...verdict, ok: true };
    expect(await checkAsJson(file, "--allow-warnings")).toMatchObject({
      verdict: allowed,
      reports: [{ verdict: allowed }],
    });
  });

  it("reads the vendors' lists from files, and refuses two lists for one vendor", async () => {
    const file = workspace.write("lists.yaml", clean.replace(/vendors:[\s\S]*/, ""));
    const mail = workspace.write("mail.txt", "Hi,\n\n- Lot A: 0815\n\nThanks");
    expect((await command(["check", file, "--spots", mail])).stdout).toContain("everything matches");
    const both = await command(["check", workspace.write("both.yaml", clean), "--spots", mail]);
    expect(both).toMatchObject({ code: 2, stdout: "" });
    expect(both.stderr).toContain("Leave one of them out");
    const none = await command(["check", file, "--zones", mail]);
    expect(none.stderr).toContain("no provider of its vendor is switched on");
  });

  it("writes a report in the format of its file extension, never over a file that it reads", async () => {
    const out = join(workspace.folder, "report.html");
    const { code, stdout } = await command(["check", fixture("ten-mistakes.yaml"), "--out", out]);
    expect(code).toBe(1);
    expect(stdout).toBe(`Mapping check: 8 errors, 2 warnings. The report is in ${out}.\n`);
    expect(readFileSync(out, "utf8")).toMatch(/^<!doctype html>/);
    const over = await command([
      "check",
      fixture("ten-mistakes.yaml"),
      "--out",
      fixture("ten-mistakes.yaml"),
    ]);
    expect(over).toMatchObject({ code: 2, stdout: "" });
  });

  it("prints JSON that names its format", async () => {
    const json = await checkAsJson(workspace.write("clean.yaml", clean));
    expect(json).toMatchObject({
      schema: "offstreet-enforcement/mapping-check",
      version: 1,
      checkedAt: "2026-11-21T15:00:00.000Z",
      verdict: { ok: true, mark: "good", text: "everything matches" },
      company: { id: "fundy", name: "University of Fundy" },
      reports: [
        {
          providerId: "hotspot",
          vendor: "hotspot",
          verdict: { ok: true, mark: "good", text: "everything matches" },
          verified: true,
          matches: [{ locationId: "lot-a" }],
        },
      ],
    });
  });

  it("writes the report in every format", async () => {
    const forms = await Promise.all(
      ["text", "markdown", "html", "json"].map((format) =>
        command(["check", fixture("ten-mistakes.yaml"), "--format", format]),
      ),
    );
    for (const { code, stdout } of forms) {
      expect(code).toBe(1);
      for (const { code: issue } of TEN_MISTAKES) expect(stdout).toContain(issue);
    }
    expect(forms[1]?.stdout).toContain("- Found: `Lot[U+00A0]102`");
  });

  it("reads a table of locations", async () => {
    const table = workspace.write(
      "locations.csv",
      "id;name;zoneName;hotspot.target;passport.enabled;passport.target\r\nlot-a;Lot A;;0815;true;Z-1\r\nlot-b;Lot B;;;false;\r\n",
    );
    const spots = workspace.write("spots.csv", "SpotID,Name\n0815,Lot A\n0900,Lot X\n");
    const zones = workspace.write(
      "zones.json",
      '[{"id":"5ebb04a1-e52c-40ea-baf1-48087cca24a4","number":7,"name":"Z-1"}]',
    );
    const { code, stdout } = await command([
      "check",
      table,
      "--company",
      "Fundy",
      "--company-code",
      "PASSPORTFUNDY",
      "--spots",
      spots,
      "--zones",
      zones,
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain(`warning target_without_location, ${spots}:3`);
    expect(stdout).toContain("Passport OpsMan (passport): everything matches");
  });

  it("compares zone names with Flex's zones and lots", async () => {
    const file = workspace.write(
      "zones.yaml",
      `
company: { id: c, name: C, providers: { t2-flex: { enabled: true } } }
locations: [{ id: a, name: A, zoneName: Zone X, providers: { t2-flex: { enabled: true } } }]
vendors: { t2-flex: { stations: [{ description: A }], zones: [Zone Y1234, 0815] } }
`,
    );
    const { reports } = await checkAsJson(file);
    expect(reports[0]?.issues.map(({ code }) => code)).toEqual(["zone_unknown"]);
    const wrong = await command([
      "check",
      workspace.write("wrong.yaml", readFileSync(file, "utf8").replace("0815", "{}")),
    ]);
    expect(wrong).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("entry 2 of zones of vendors.t2-flex must be text"),
    });
  });

  it("shows the age of a list that has fetchedAt, and names zones of another operator", async () => {
    const [ours, theirs] = ["c1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10", "d1d5be1c-7c43-4f6e-9c0a-3f2b7a6e9d10"];
    const file = workspace.write(
      "age.yaml",
      `
company: { id: c, name: C, providers: { passport: { enabled: true, code: PASSPORTC } } }
locations: [{ id: a, name: A, providers: { passport: { enabled: true, target: A } } }]
vendors: { passport: { operatorId: ${ours} } }
`,
    );
    const zones = (operatorId: string) =>
      workspace.write(
        "age.json",
        JSON.stringify({
          complete: true,
          fetchedAt: "2026-11-01T15:00:00Z",
          zones: [{ id: "5ebb04a1-e52c-40ea-baf1-48087cca24a4", number: "1", name: "A", operatorId }],
        }),
      );
    const clean = await command(["check", file, "--zones", zones(ours)]);
    expect(clean).toMatchObject({
      code: 0,
      stdout: expect.stringContaining("compared with 1 zone, fetched 20 days ago"),
    });
    const { reports } = await checkAsJson(file, "--zones", zones(theirs));
    expect(reports[0]?.issues.map(({ code }) => code)).toEqual(["target_of_other_operator"]);
  });

  it("recognises a zone list that may be incomplete", async () => {
    const file = workspace.write(
      "passport.yaml",
      `
company: { id: c, name: C, providers: { east: { enabled: true, code: PASSPORTC } } }
locations: [{ id: a, name: A, providers: { east: { enabled: true, target: A } } }]
vendors: { east: { vendor: passport } }
`,
    );
    const reply = workspace.write(
      "reply.json",
      '{"data":[{"id":"5ebb04a1-e52c-40ea-baf1-48087cca24a4","number":null,"name":"A","legacy_id":5}],"next":{}}',
    );
    const { reports } = await checkAsJson(file, "--zones", reply);
    expect(reports[0]?.issues.map(({ code }) => code)).toEqual(["target_unresolved"]);
  });
});
