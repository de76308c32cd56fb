import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProgressLine } from "../../../src/cli/terminal/progress-line.ts";
import { createSandbox, type ListeningSandbox } from "../../../src/sandbox/index.ts";
import { command, createWorkspace, fixture, NOW, runBin } from "../command-line.ts";
import { hasPseudoTerminals, runInTerminal } from "./pseudo-terminal.ts";

const workspace = createWorkspace();
const sandbox = createSandbox({ clock: () => NOW, hotspot: { spotIds: ["14283", "14284"] } });
let vendors: ListeningSandbox;
beforeAll(async () => {
  vendors = await sandbox.listen();
});
afterAll(async () => {
  await vendors.close();
  workspace.remove();
});

const CLEAR = "\u001b[1G\u001b[2K";

describe("a progress line", () => {
  const open = (columns: number, TERM = "xterm") => {
    const stream = Object.assign(new PassThrough({ encoding: "utf8" }), { isTTY: true, columns });
    return { stream, line: createProgressLine(stream, { TERM }) };
  };

  it("is replaced by the next one, and cleared once", () => {
    const { stream, line } = open(80);
    line.clear();
    line.show("one");
    line.show("two");
    line.clear();
    line.clear();
    expect(stream.read()).toBe(`one${CLEAR}two${CLEAR}`);
  });

  it("stays within the window, so that it can be cleared", () => {
    const { stream, line } = open(10);
    line.show("駐車場 is asked");
    expect(stream.read()).toBe("駐車場 i…");
  });

  it("is not shown where it could not be taken back", () => {
    const { stream, line } = open(80, "dumb");
    line.show("one");
    line.clear();
    expect(stream.read()).toBeNull();
  });
});

describe("what a command is at", () => {
  const write = () =>
    workspace.write(
      "mapping.yaml",
      `
company: { id: c, name: C, providers: { hotspot: { enabled: true } } }
locations:
  - { id: lot-1, name: Lot 1, region: CA-NB, providers: { hotspot: { enabled: true, target: 14283, stage: testing } } }
  - { id: lot-2, name: Lot 2, region: CA-NB, providers: { hotspot: { enabled: true, target: 14284, stage: testing } } }
vendors: { hotspot: { baseUrl: "${vendors.hotspotUrl}" } }
`,
    );
  const environment = { HOTSPOT_TOKEN: sandbox.hotspot.token };

  it.each([
    [["check"], ["Comparing 2 locations with HotSpot…", "Writing the report…"]],
    [["readiness"], ["Asking for HotSpot…"]],
    [
      ["test-plate", "--all"],
      [
        "Testing lot-1 at HotSpot, location 1 of 2…",
        "Testing lot-1 at HotSpot, location 1 of 2…",
        "Testing lot-2 at HotSpot, location 2 of 2…",
        "Testing lot-2 at HotSpot, location 2 of 2…",
      ],
    ],
    [["test-plate", "--sweep"], ["Withdrawing what earlier runs left…"]],
  ])("is shown by %j", async ([name = "", ...flags], expected) => {
    const shown: string[] = [];
    const onProgress = (text: string) => shown.push(text);
    await command([name, write(), ...flags], { environment, onProgress, answers: ["y", "y"] });
    expect(shown).toEqual(expected);
  });

  it("is shown by lookup, without the path, which may hold a secret", async () => {
    const shown: string[] = [];
    await command(["lookup", "http://127.0.0.1:9/lookup?key=k", "--plate", "A"], {
      environment: { LOOKUP_PASSWORD: "p" },
      onProgress: (text) => shown.push(text),
    });
    expect(shown).toEqual(["Asking 127.0.0.1:9…"]);
  });

  it("leaves nothing in a pipe", async () => {
    const { stderr } = await runBin(["check", fixture("ten-mistakes.yaml")]);
    expect(stderr).toBe("");
  });

  it.skipIf(!hasPseudoTerminals())("is gone from a terminal before the report comes", async () => {
    const { text } = await runInTerminal(["check", fixture("ten-mistakes.yaml")], { env: { NO_COLOR: "1" } });
    const [progress = "", report = ""] = text.split(`Writing the report…${CLEAR}`);
    expect(progress).toContain(`Comparing 8 locations with T2 Flex…${CLEAR}`);
    expect(report).toMatch(/^Mapping check: University of Fundy\n/);
    expect(stripVTControlCharacters(report)).toBe(report);
  });
});
