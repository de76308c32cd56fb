import { globSync, readFileSync } from "node:fs";
import { afterAll, describe, expect, it } from "vitest";
import { COMMANDS } from "../../src/cli/run.ts";
import { command, createWorkspace, fixture } from "./command-line.ts";

const workspace = createWorkspace();
afterAll(workspace.remove);

const pages = ["README.md", ...globSync("docs/{guide,vendors}/*.md")];

describe("the documentation of the command line", () => {
  it("has a mapping file without issues", async () => {
    const guide = readFileSync("docs/guide/onboarding.md", "utf8");
    const [, yaml = ""] = /^```yaml\n(.*?)^```$/ms.exec(guide) ?? [];
    const { code, stdout, stderr } = await command(["check", workspace.write("mapping.yaml", yaml)]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.match(/everything matches/g)).toHaveLength(4);
  });

  it("shows the difference between two names as check prints it", async () => {
    const guide = readFileSync("docs/guide/onboarding.md", "utf8");
    const [, shown = ""] = /^```text\n( {2}error name_differs.*?)^```$/ms.exec(guide) ?? [];
    const file = workspace.write("ten/mapping.yaml", readFileSync(fixture("ten-mistakes.yaml")));
    const { stdout } = await command(["check", file], { columns: 80 });
    const place = (text: string) => text.replace(/,\s+\S*mapping\.yaml/, ", mapping.yaml");
    expect(shown).toContain("Lot[U+00A0]102");
    expect(place(stdout)).toContain(shown);
  });

  it.each(pages)("names only commands and flags that exist (%s)", (page) => {
    const text = readFileSync(page, "utf8");
    // The bin's own name is not one of our packages: npx would run another publisher's.
    expect(text).not.toMatch(/offstreet-enforcement(?! <)/);
    const lines = text.match(/^.*@offstreet\/enforcement (?!<).*$/gm) ?? [];
    const wrong = lines.flatMap((line) => {
      const [, name = "", rest = ""] = /npx @offstreet\/enforcement ([a-z-]+)(.*)/.exec(line) ?? [];
      const flags = COMMANDS.find((one) => one.name === name)?.flags;
      if (flags === undefined) return name === "" ? [] : [line];
      const used = [...rest.matchAll(/ --([a-z-]+)/g)].map(([, flag = ""]) => flag);
      return used.every((flag) => flag === "help" || flag in flags) ? [] : [line];
    });
    expect(wrong).toEqual([]);
  });
});
