import { configDefaults, defineConfig } from "vitest/config";
import { config, define } from "../vitest.config.ts";

/**
 * `npm run test:full`: what `npm test` leaves out, because it takes longer. The files named `*.full.test.ts` run here
 * alone; the others run in both, with more histories, kills and requests here (test/support/suite-size.ts).
 */
export default defineConfig({
  define,
  test: {
    ...config,
    globalSetup: ["test/sync/postgres/servers/postgres-server.ts", "test/hosts/link-library.ts"],
    include: [
      "test/**/*.full.test.ts",
      "test/sync/histories/*.test.ts",
      "test/sync/kills/*.test.ts",
      "test/sync/{memory/memory-ledger,sqlite/sqlite-ledger,sqlite/order,postgres/postgres-ledger}.test.ts",
      "test/lookup/fuzz/fuzz.test.ts",
      "test/vendors/passport/reply-forms.test.ts",
      "test/consumer/packed.test.ts",
      "test/hosts/*.test.ts",
    ],
    exclude: configDefaults.exclude,
    env: { TEST_FULL: "1" },
    reporters: ["default", ["json", { outputFile: "test-report-full.json" }]],
  },
});
