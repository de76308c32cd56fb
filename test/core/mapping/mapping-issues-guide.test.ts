import { globSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MAPPING_ISSUE_CODES } from "../../../src/core/mapping/mapping.ts";

const guide = readFileSync("docs/guide/mapping-issues.md", "utf8");
const [, ...sections] = guide.split(/^## /m);
const titleOf = (section: string) => section.slice(0, section.indexOf("\n"));

describe("the guide to mapping issues", () => {
  it("has one section for each code, in the order of the list, and no other", () => {
    expect(sections.map(titleOf)).toEqual(MAPPING_ISSUE_CODES.map((code) => `\`${code}\``));
  });

  it.each(sections.map((section) => [titleOf(section), section]))(
    "says of %s what it means, how to fix it and who can",
    (_, section) => {
      const parts = [...section.matchAll(/^\*\*([^*]+)\.\*\* \S/gm)].map(([, part]) => part);
      expect(parts).toEqual(["What it means", "How to fix it", "Who can"]);
    },
  );

  it("describes only codes that a validator reports", () => {
    const sources = globSync("src/{core/mapping/*,vendors/*/{mapping,zone-*}}.ts")
      .filter((path) => !path.endsWith("core/mapping.ts"))
      .map((path) => readFileSync(path, "utf8"))
      .join("\n");
    expect(MAPPING_ISSUE_CODES.filter((code) => !sources.includes(`"${code}"`))).toEqual([]);
  });
});
