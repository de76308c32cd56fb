import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsup";

// One entry per vendor folder, so that a new vendor needs no line here.
const vendors = readdirSync(new URL("src/vendors", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Packages that only the command line needs. They are bundled into it, so that the library depends on none of them. */
const bundled = ["csv-parse", "yaml"];

const library = {
  index: "src/index.ts",
  node: "src/lookup/node.ts",
  express: "src/lookup/express.ts",
  fastify: "src/lookup/fastify.ts",
  postgres: "src/sync/postgres.ts",
  sqlite: "src/sync/sqlite.ts",
  sandbox: "src/sandbox/index.ts",
  testing: "src/testing/index.ts",
  ...Object.fromEntries(vendors.map((name) => [`vendors/${name}`, `src/vendors/${name}/index.ts`])),
};

/** Files that the embedded ledger starts as threads, by these names. */
const threads = {
  "sqlite-writer-thread": "src/sync/sqlite-writer-thread.ts",
  "sqlite-check-thread": "src/sync/sqlite-check-thread.ts",
};

export default defineConfig({
  entry: { ...library, ...threads, cli: "src/cli/main.ts" },
  format: "esm",
  target: "node22.16",
  platform: "node",
  splitting: true,
  treeshake: true,
  sourcemap: true,
  clean: true,
  dts: { entry: library },
  // `node:sqlite` has no other name.
  removeNodeProtocol: false,
  noExternal: bundled,
  esbuildOptions(options) {
    // Its build for Node is CommonJS, which a bundle of ES modules cannot hold.
    options.alias = { yaml: fileURLToPath(new URL("node_modules/yaml/browser/index.js", import.meta.url)) };
  },
  onSuccess: async () => writeFileSync("dist/THIRD-PARTY.md", listLicences()),
});

/** Whose work is bundled, under which licence. */
function listLicences(): string {
  const entries = bundled.map((name) => {
    const folder = new URL(`node_modules/${name}/`, import.meta.url);
    const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
    return `## ${name} ${version} (${license})\n\n${readFileSync(new URL("LICENSE", folder), "utf8").trim()}\n`;
  });
  return `# Third-party software in the command line\n\n\`cli.js\` holds these packages.\n\n${entries.join("\n")}`;
}
