import { stripVTControlCharacters } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/run.ts";
import { columnsOf } from "../../src/cli/terminal/wrap.ts";
import { command, createWorkspace, fixture } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

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

  it("wraps questions and messages, and keeps their words", async () => {
    const { stderr } = await command(["check", "missing.yaml", "--vendro", "hotspot"], { columns: 40 });
    expect(stderr).toBe("Flag --vendro is not known. Did you mean\n  --vendor?\n");
  });
});

describe("the verdict", () => {
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
