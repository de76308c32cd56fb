import { resolve } from "node:path";
import { defineConfig } from "vitest/config";
import { config, define } from "../../vitest.config.ts";

/** `npm test` on another Node: one file after the other, with a report where `ENFORCEMENT_REPORT` says. */
export default defineConfig({
  define,
  test: {
    ...config,
    root: resolve(import.meta.dirname, "../.."),
    maxWorkers: 1,
    // The first one prints errors that belong to no test; the report has no place for them.
    reporters: ["default", ["json", { outputFile: process.env["ENFORCEMENT_REPORT"] ?? "test-report.json" }]],
  },
});
