import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ["*.test.ts"],
    globalSetup: "./link-library.ts",
    testTimeout: 20_000,
    reporters: ["verbose"],
  },
});
