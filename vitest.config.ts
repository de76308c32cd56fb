import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // They need more than is installed here; see npm run test:hosts.
    exclude: [...configDefaults.exclude, "test/hosts/**"],
    testTimeout: 20_000,
    // Starts nothing until a test asks for it.
    globalSetup: ["test/sync/postgres-server.ts"],
    reporters: ["default", ["json", { outputFile: "test-report.json" }]],
  },
});
