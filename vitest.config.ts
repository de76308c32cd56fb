import { build } from "esbuild";
import { configDefaults, defineConfig, type ViteUserConfig } from "vitest/config";
import { buildThreadTexts } from "./tsup.config.ts";

/**
 * The ledger's threads start from texts, as in the built package. From the TypeScript files, Node would strip the types in
 * each thread by WebAssembly, and V8 sometimes crashes when such a thread ends.
 */
export const define = await buildThreadTexts(build);

/** `npm test`: what a change usually breaks, in under three minutes. test/full.config.ts runs the rest. */
export const config: NonNullable<ViteUserConfig["test"]> = {
  include: ["test/**/*.test.ts"],
  // The hosts need more than is installed here; see npm run test:hosts.
  exclude: [...configDefaults.exclude, "test/hosts/**", "**/*.full.test.ts"],
  // No test passes or fails by the clock on the wall. These only end one that hangs, on a slow and busy machine too.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 120_000 } },
  // One more than the cores of a small machine: tests of processes, disks and databases wait most of their time.
  maxWorkers: 3,
  // Starts nothing until a test asks for it.
  globalSetup: ["test/sync/postgres/servers/postgres-server.ts"],
  reporters: ["default", ["json", { outputFile: "test-report.json" }]],
};

export default defineConfig({ define, test: config });
