import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { describeScreen } from "../../../src/cli/terminal/screen.ts";
import { fixture, runBin } from "../command-line.ts";
import { hasPseudoTerminals, runInTerminal } from "./pseudo-terminal.ts";

const stream = (columns?: number) => Object.assign(new PassThrough(), { isTTY: true, columns });

describe("the width of a screen", () => {
  it.each([
    [60, 60],
    [100, 100],
    [250, 100],
    [5, 20],
    [0, 80],
    [undefined, 80],
  ])("is, of a terminal that says %j, %i", (columns, width) => {
    expect(describeScreen(stream(columns), 7).width).toBe(width);
  });

  it("follows the window, and is a fixed one where the stream is no terminal", () => {
    const window = stream(60);
    const screen = describeScreen(window, 7);
    window.columns = 50;
    expect(screen.width).toBe(50);
    expect(describeScreen(new PassThrough(), 7).width).toBe(7);
  });
});

const CHECK = ["check", fixture("ten-mistakes.yaml")];

describe("a pipe", () => {
  it("gets reports of 80 columns without colours, and each message as one line", async () => {
    const report = await runBin(CHECK);
    expect(report.stdout).not.toContain("\u001b");
    const lines = report.stdout.split("\n").filter((line) => !line.includes(fixture("ten-mistakes.yaml")));
    const longest = Math.max(...lines.map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(80);
    expect(longest).toBeGreaterThan(75);
    const refused = await runBin(["check", "missing.yaml", "--constructor"]);
    expect(refused.stderr.length).toBeGreaterThan(150);
    expect(refused.stderr.trimEnd()).not.toContain("\n");
  });

  it("gets colours with FORCE_COLOR", async () => {
    const { stdout } = await runBin(CHECK, { env: { FORCE_COLOR: "1" } });
    expect(stdout).toContain("Mapping check: \u001b[31m8 errors");
  });
});

describe.skipIf(!hasPseudoTerminals())("a terminal", () => {
  it("gets its own width, and colours", async () => {
    const { code, text } = await runInTerminal(CHECK, { columns: 50 });
    expect(code).toBe(1);
    expect(text).toContain("Mapping check: \u001b[31m8 errors");
    const file = fixture("ten-mistakes.yaml");
    const [report = ""] = text.split("\u001b[2K").slice(-1);
    const lines = stripVTControlCharacters(report).split("\n");
    const longest = Math.max(...lines.filter((line) => !line.includes(file)).map((line) => line.length));
    expect(longest).toBeLessThanOrEqual(50);
    expect(longest).toBeGreaterThan(45);
  });

  it.each([
    ["NO_COLOR=1", false],
    ["TERM=dumb", false],
    ["FORCE_COLOR=1 TERM=dumb", true],
    ["FORCE_COLOR=0", false],
  ])("has colours with %s: %j", async (environment, hasColours) => {
    const env = Object.fromEntries(environment.split(" ").map((entry) => entry.split("=")));
    const report = await runInTerminal(CHECK, { env });
    expect(report.text.includes("\u001b[3")).toBe(hasColours);
    const refused = await runInTerminal(["chekc"], { env });
    expect(refused.code).toBe(2);
    expect(refused.text.includes("\u001b[3")).toBe(hasColours);
  });

  it("wraps messages", async () => {
    const { text } = await runInTerminal(["chekc"], { columns: 40, env: { NO_COLOR: "1" } });
    expect(text.split("\n").length).toBeGreaterThan(3);
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(40);
  });
});
