import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";

const TABLE = "src/core/names/look-alike-table.ts";

test("a lookup does not load the table of look-alike letters", () => {
  const reached = reachedFrom(globSync("src/lookup/**/*.ts").map(normalize));
  expect(reached).toContain("src/core/names/rank-candidates.ts");
  expect(reached).not.toContain(TABLE);
});

test("explainMismatch of the package does", () => {
  expect(reachedFrom(["src/core/names/explain-mismatch.ts"])).toContain(TABLE);
  expect(readFileSync("src/index.ts", "utf8")).toContain(
    'export { explainMismatch } from "./core/names/explain-mismatch.ts";',
  );
});

/** Files that are loaded with these, directly or through others. Type-only imports are not loaded. */
function reachedFrom(paths: readonly string[]): string[] {
  const reached = new Set(paths);
  for (const path of reached) {
    const text = readFileSync(path, "utf8");
    for (const [, specifier = ""] of text.matchAll(
      /^(?:import|export) (?!type\b)[^;]*?from\s+"(\.[^"]+)";/gms,
    )) {
      reached.add(normalize(join(dirname(path), specifier)));
    }
  }
  return [...reached];
}
