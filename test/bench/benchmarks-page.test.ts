import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { withSection, writeSection } from "./benchmarks-page.ts";

describe("the page of benchmarks", () => {
  let page = "";
  beforeEach(() => {
    page = join(mkdtempSync(join(tmpdir(), "benchmarks-")), "benchmarks.md");
  });
  afterEach(() => rmSync(join(page, ".."), { recursive: true }));
  const text = () => readFileSync(page, "utf8");

  it("starts with the first section, and keeps all others when one is written again", () => {
    writeSection("Lookup", "fast\n\n### In detail\n\n| a |\n| --- |\n", page);
    writeSection("Mapping", "1,000 locations", page);
    writeSection("Lookup, soaked", "wet", page);
    const [introduction] = text().split(/^## /m);
    expect(introduction).toMatch(/^# Benchmarks\n/);
    const before = text();
    writeSection("Mapping", "100,000 locations", page);
    expect(text()).toBe(before.replace("1,000 locations", "100,000 locations"));
    writeSection("Mapping", "1,000 locations", page);
    expect(text()).toBe(before);
    expect(text().match(/^## .*/gm)).toEqual(["## Lookup", "## Mapping", "## Lookup, soaked"]);
  });

  it("keeps text between sections unchanged", () => {
    const written = "# Benchmarks\n\nOurs.\n\n## Sync\n\n$& costs $1\n\n## Mapping\n\nold\n";
    expect(withSection(written, "Mapping", "new $& and $1")).toBe(
      "# Benchmarks\n\nOurs.\n\n## Sync\n\n$& costs $1\n\n## Mapping\n\nnew $& and $1\n",
    );
  });

  it("refuses a section that the next run could not replace", () => {
    expect(() => withSection("# Benchmarks\n", "Sync", "a\n\n## b\n")).toThrow("must be ### or below");
  });
});
