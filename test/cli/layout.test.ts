import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/run.ts";
import { columnsOf } from "../../src/cli/terminal/wrap.ts";
import { createSandbox, type ListeningSandbox } from "../../src/sandbox/index.ts";
import { command, createWorkspace, fixture, NOW, type Surroundings } from "./command-line.ts";

const workspace = createWorkspace();
const sandbox = createSandbox({ clock: () => NOW, hotspot: { spotIds: ["14283"] } });
let vendors: ListeningSandbox;
beforeAll(async () => {
  vendors = await sandbox.listen();
});
afterAll(async () => {
  await vendors.close();
  workspace.remove();
});

/** A go-live test at one location, of which a person is asked. */
function testPlate(surroundings: Surroundings, ...flags: string[]) {
  const file = workspace.write(
    "plates.yaml",
    `
company: { id: c, name: C, providers: { hotspot: { enabled: true } } }
locations:
  - { id: lot-1, name: Lot 1, region: CA-NB, providers: { hotspot: { enabled: true, target: 14283, stage: testing } } }
vendors: { hotspot: { baseUrl: "${vendors.hotspotUrl}" } }
`,
  );
  const environment = { HOTSPOT_TOKEN: sandbox.hotspot.token };
  return command(["test-plate", file, "--all", ...flags], { environment, ...surroundings });
}

const TEN_MISTAKES = fixture("ten-mistakes.yaml");
const HELP = COMMANDS.map(({ name }) => [name, "--help"]);

/** Lines that are wider than the screen, but for those that must not be broken: commands to copy, and single words. */
function findWide(text: string, columns: number): string[] {
  return stripVTControlCharacters(text)
    .split("\n")
    .filter((line) => columnsOf(line) > columns)
    .filter((line) => !line.startsWith("  npx ") && /\S \S/.test(line.replace(/^ *(--\S+ )?/, "")));
}

describe("text on a screen", () => {
  it.each([40, 80, 100])("fits into %i columns", async (columns) => {
    const commands = [
      [],
      ["check", TEN_MISTAKES],
      ["readiness", TEN_MISTAKES, "--vendor", "hotspot"],
      ...HELP,
    ];
    for (const args of commands) {
      const { stdout } = await command(args, { columns });
      expect(stdout.length).toBeGreaterThan(300);
      expect(findWide(stdout, columns)).toEqual([]);
    }
  });

  it("says the same, however wide it is", async () => {
    const words = (text: string) => text.replace(/\n\s*\|?/g, " ").replaceAll(/ +/g, " ");
    for (const args of [["readiness", TEN_MISTAKES, "--vendor", "hotspot"], ...HELP]) {
      const { stdout } = await command(args);
      for (const columns of [40, 80]) {
        const narrow = (await command(args, { columns })).stdout;
        // A comment above an example repeats its sign in each line.
        expect(words(narrow).replaceAll(" # ", " ")).toBe(words(stdout).replaceAll(" # ", " "));
      }
    }
  });

  it("keeps the characters of two names one below the other, in rows that fit", async () => {
    const file = workspace.write(
      "long.yaml",
      `
company: { id: c, name: C, providers: { t2-flex: { enabled: true } } }
locations:
  - { id: a, name: "Lot 駐 behind the old library at the river", providers: { t2-flex: { enabled: true } } }
vendors: { t2-flex: { stations: [{ description: "Lot 駐 behind the old librery at the river" }] } }
`,
    );
    const { stdout } = await command(["check", file], { columns: 40 });
    const rows = stdout.split("\n");
    const first = rows.findIndex((row) => row.startsWith("      expected  "));
    expect(rows.slice(first, first + 6)).toEqual([
      "      expected  Lot 駐 behind the old li",
      "      found     Lot 駐 behind the old li",
      "      expected  brary at the river",
      "                  ^",
      "      found     brery at the river",
      "                  ^",
    ]);
  });

  it("wraps questions, with the place for the answer behind them", async () => {
    const answers = ["perhaps", "y"];
    const { code, stdout, stderr } = await testPlate({ columns: 40, answers });
    const question = `HotSpot: does the officer's screen show
TEST123 at Lot 1 (14283), until
2026-11-21 16:00 UTC? [y/n] `;
    expect({ code, stderr }).toEqual({ code: 0, stderr: `${question}${question}` });
    expect(findWide(stdout, 40)).toEqual([]);
  });

  it("wraps what init asks and says next", async () => {
    const file = join(workspace.folder, "narrow.yaml");
    const { code, stdout, stderr } = await command(["init", "--out", file], {
      columns: 40,
      answers: ["hotspot"],
    });
    expect(code).toBe(0);
    expect(findWide(`${stdout}${stderr}`, 40)).toEqual([]);
    expect(stderr.split("\n").length).toBeGreaterThan(1);
    expect(stdout).toContain("Fill in each");
  });

  it("wraps messages", async () => {
    const { stderr } = await command(["check", "missing.yaml", "--vendro", "hotspot"], { columns: 40 });
    expect(stderr).toBe("Flag --vendro is not known. Did you mean\n  --vendor?\n");
  });
});

describe("the verdict", () => {
  it.each([
    ["y", "Go-live test: 1 of 1 location passed"],
    ["n", "Go-live test: 0 of 1 location passed"],
  ])("is the last line of test-plate, answered with %s, and in its JSON", async (answer, line) => {
    const { stdout } = await testPlate({ answers: [answer] });
    expect(stdout.endsWith(`\n\n${line}\n`)).toBe(true);
    const json = JSON.parse((await testPlate({ answers: [answer] }, "--format", "json")).stdout);
    const ok = answer === "y";
    const mark = ok ? "good" : "bad";
    expect(json.verdict).toEqual({ ok, mark, text: line.replace("Go-live test: ", "") });
    expect(json.runs).toMatchObject([
      { verdict: { ok, mark, text: ok ? "seen and gone" : "not seen" }, locationId: "lot-1" },
    ]);
  });

  it.each([
    ["check", "Mapping check: 8 errors, 2 warnings"],
    ["readiness", "Readiness: not ready: HotSpot"],
  ])("is the last line of %s", async (name, line) => {
    const { stdout } = await command([
      name,
      TEN_MISTAKES,
      ...(name === "check" ? [] : ["--vendor", "hotspot"]),
    ]);
    expect(stdout.endsWith(`\n\n${line}\n`)).toBe(true);
  });
});

describe("colours", () => {
  it("repeat what the text says: errors, warnings, the verdict and the character that differs", async () => {
    const plain = await command(["check", TEN_MISTAKES], { columns: 80 });
    const { stdout } = await command(["check", TEN_MISTAKES], { columns: 80, colours: true });
    expect(stripVTControlCharacters(stdout)).toBe(plain.stdout);
    expect(stdout).toContain("\u001b[31merror\u001b[39m name_differs");
    expect(stdout).toContain("\u001b[33mwarning\u001b[39m target_without_location");
    expect(stdout).toContain("\u001b[1m\u001b[31m[U+00A0]\u001b[39m\u001b[22m");
    expect(stdout).toContain("Mapping check: \u001b[31m8 errors, 2 warnings\u001b[39m\n");
  });

  it("are in messages, but in no file and in no form for programs", async () => {
    const { stderr } = await command(["chekc"], { colours: true });
    expect(stderr.startsWith("\u001b[31mUnknown command.")).toBe(true);
    for (const format of ["markdown", "html", "json"]) {
      const { stdout } = await command(["check", TEN_MISTAKES, "--format", format], { colours: true });
      expect(stdout).not.toContain("\u001b");
    }
  });
});
