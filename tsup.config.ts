import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Options } from "tsup";

// One entry per vendor folder, so that a new vendor needs no line here.
const vendors = readdirSync(new URL("src/vendors", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** Packages that only the command line needs. They are bundled into it, so that the library depends on none of them. */
const bundled = ["csv-parse", "jsonc-parser", "yaml"];

const library = {
  index: "src/index.ts",
  node: "src/lookup/mounts/node.ts",
  express: "src/lookup/mounts/express.ts",
  fastify: "src/lookup/mounts/fastify.ts",
  postgres: "src/sync/postgres/index.ts",
  sqlite: "src/sync/sqlite/index.ts",
  sandbox: "src/sandbox/index.ts",
  testing: "src/testing/index.ts",
  "dialects/iris": "src/vendors/t2-flex/dialects/iris/index.ts",
  ...Object.fromEntries(vendors.map((name) => [`vendors/${name}`, `src/vendors/${name}/index.ts`])),
};

/**
 * The programs of the embedded ledger's threads, as texts for `define`: a bundle, a zip of Yarn's or a single executable has
 * no file beside it that a thread could be started from.
 */
export async function buildThreadTexts(
  build: typeof import("esbuild").build,
): Promise<Record<string, string>> {
  const threads = { WRITER_THREAD: "sqlite-writer-thread", CHECK_THREAD: "sqlite-check-thread" };
  const texts: Record<string, string> = {};
  for (const [name, file] of Object.entries(threads)) {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL(`src/sync/sqlite/${file}.ts`, import.meta.url))],
      bundle: true,
      write: false,
      format: "cjs",
      target: "node22.16",
      platform: "node",
      // Of files, which only the source has.
      define: { "import.meta.url": "undefined" },
      minifyWhitespace: true,
      minifySyntax: true,
    });
    texts[name] = JSON.stringify(outputFiles[0]?.text);
  }
  return texts;
}

export const threadsAsText: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "threads-as-text",
  async setup({ initialOptions, esbuild }) {
    initialOptions.define = { ...initialOptions.define, ...(await buildThreadTexts(esbuild.build)) };
  },
};

export default defineConfig({
  entry: { ...library, cli: "src/cli/main.ts" },
  esbuildPlugins: [threadsAsText],
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
    // Their builds for Node are CommonJS, which a bundle of ES modules cannot hold.
    options.alias = {
      yaml: fileURLToPath(new URL("node_modules/yaml/browser/index.js", import.meta.url)),
      "jsonc-parser": fileURLToPath(new URL("node_modules/jsonc-parser/lib/esm/main.js", import.meta.url)),
    };
  },
  onSuccess: async () => writeFileSync("dist/THIRD-PARTY.md", listLicences()),
});

/** Whose work is bundled, under which licence. */
function listLicences(): string {
  const entries = bundled.map((name) => {
    const folder = new URL(`node_modules/${name}/`, import.meta.url);
    const { version, license } = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"));
    const terms = readdirSync(folder).find((file) => file.startsWith("LICENSE")) ?? "LICENSE";
    return `## ${name} ${version} (${license})\n\n${readFileSync(new URL(terms, folder), "utf8").trim()}\n`;
  });
  return `# Third-party software in the command line\n\n\`cli.js\` holds these packages.\n\n${entries.join("\n")}`;
}
