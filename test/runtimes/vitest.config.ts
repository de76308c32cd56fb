import { resolve } from "node:path";
import { configDefaults, defineConfig } from "vitest/config";

/** For tests that run on another Node: one file after the other, with a report where `ENFORCEMENT_REPORT` says. */
export default defineConfig({
  test: {
    root: resolve(import.meta.dirname, "../.."),
    include: ["test/**/*.test.ts"],
    exclude: [...configDefaults.exclude, "test/hosts/**", "test/**/*.full.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 1,
    globalSetup: ["test/sync/postgres-server.ts"],
    reporters: [["json", { outputFile: process.env["ENFORCEMENT_REPORT"] ?? "test-report.json" }]],
  },
});
