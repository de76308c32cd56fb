import { configDefaults, defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // They need more than is installed here; see npm run test:hosts.
    exclude: [...configDefaults.exclude, "test/hosts/**"],
    testTimeout: 20_000,
    reporters: ["default", ["json", { outputFile: "test-report.json" }]],
  },
});
