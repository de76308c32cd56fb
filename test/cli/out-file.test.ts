import { linkSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { command, createWorkspace } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const MAPPING = `company: { id: c, name: C, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true }, passport: { enabled: true, code: PASSPORTC } } }
locations: [{ id: a, name: A, providers: { t2-flex: { enabled: true }, hotspot: { enabled: true, target: 7 } } }]
`;
const CONTENTS = {
  "mapping.yaml": MAPPING,
  "flex.csv": "Description\nA\n",
  "spots.csv": "SpotID\n7\n",
  "zones.csv": "ID,Name\nz,Z\n",
  "mapping.evidence.json": '{"v":1,"records":[]}\n',
};
const INPUTS = Object.keys(CONTENTS) as (keyof typeof CONTENTS)[];

let folders = 0;
let folder = "";
beforeEach(() => {
  folders += 1;
  folder = join(workspace.folder, `${folders}`);
  for (const [name, content] of Object.entries(CONTENTS)) workspace.write(`${folders}/${name}`, content);
});

const at = (name: string) => join(folder, name);

/** Another path to a file, created in its own way. */
const WAYS: Readonly<Record<string, (file: string) => string>> = {
  "its own name": (file) => file,
  "a path with ..": (file) => join(folder, "x", "..", "..", `${folders}`, basename(file)).replace("//", "/"),
  "a symbolic link": (file) => {
    symlinkSync(file, at("link.html"));
    return at("link.html");
  },
  "a relative symbolic link to a symbolic link": (file) => {
    symlinkSync(basename(file), at("first.html"));
    symlinkSync("first.html", at("second.html"));
    return at("second.html");
  },
  "a hard link": (file) => {
    linkSync(file, at("hard.html"));
    return at("hard.html");
  },
  "a folder that is a link": (file) => {
    symlinkSync(folder, at("folder"));
    return join(at("folder"), basename(file));
  },
};

describe("a report", () => {
  it.each(Object.keys(WAYS).flatMap((way) => INPUTS.map((input) => [way, input] as const)))(
    "is never written over a file that the command reads: by %s, onto %s",
    async (way, input) => {
      const out = WAYS[way]?.(at(input)) ?? "";
      const lists = ["--stations", at("flex.csv"), "--spots", at("spots.csv"), "--zones", at("zones.csv")];
      const commands = input.endsWith(".json")
        ? ["readiness", "test-plate"]
        : ["check", "readiness", "test-plate"];
      for (const name of commands) {
        const ended = await command([name, at("mapping.yaml"), ...lists, "--out", out]);
        expect(ended).toMatchObject({ code: 2, stdout: "" });
        expect(ended.stderr).toContain("--out names a file that is read");
        expect(ended.stderr).toContain(input);
      }
      expect(readFileSync(at(input), "utf8")).toBe(CONTENTS[input]);
    },
  );

  it("is never written over the evidence file, named by --evidence or by default", async () => {
    mkdirSync(at("new"));
    symlinkSync(at("new"), at("also-new"));
    symlinkSync(join(at("new"), "runs.json"), at("dangling.json"));
    for (const out of [join(at("also-new"), "runs.json"), at("dangling.json")]) {
      const evidence = join(at("new"), "runs.json");
      const ended = await command(["readiness", at("mapping.yaml"), "--evidence", evidence, "--out", out]);
      expect(ended).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("--out names a file that is read"),
      });
    }
  });

  it("is written where a link leads to a different file", async () => {
    workspace.write(`${folders}/old.html`, "");
    symlinkSync(at("old.html"), at("report.html"));
    const { code } = await command(["check", at("mapping.yaml"), "--out", at("report.html")]);
    expect(code).not.toBe(2);
    expect(readFileSync(at("old.html"), "utf8")).toMatch(/^<!doctype html>/);
  });
});
