import { readdirSync } from "node:fs";
import { defineConfig } from "tsup";

// One entry per vendor folder, so that a new vendor needs no line here.
const vendors = readdirSync(new URL("src/vendors", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

export default defineConfig({
  entry: {
    index: "src/index.ts",
    node: "src/lookup/node.ts",
    express: "src/lookup/express.ts",
    fastify: "src/lookup/fastify.ts",
    sandbox: "src/sandbox/index.ts",
    testing: "src/testing/index.ts",
    ...Object.fromEntries(vendors.map((name) => [`vendors/${name}`, `src/vendors/${name}/index.ts`])),
  },
  format: "esm",
  target: "node22.16",
  platform: "node",
  splitting: true,
  treeshake: true,
  sourcemap: true,
  clean: true,
  dts: true,
});
