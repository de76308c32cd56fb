import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // They need more than is installed here; see npm run test:hosts.
    exclude: [...configDefaults.exclude, "test/hosts/**"],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    // One more than the cores of a small machine: tests of processes, disks and databases wait most of their time.
    maxWorkers: 3,
    // Starts nothing until a test asks for it.
    globalSetup: ["test/sync/postgres-server.ts"],
    reporters: ["default", ["json", { outputFile: "test-report.json" }]],
  },
});
