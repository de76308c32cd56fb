// Bundles main.mjs of the current folder: node bundle.mjs <bundler> <file>. The bundlers are this file's own.
import { dirname, resolve } from "node:path";

const [, , bundler, given] = process.argv;
const file = resolve(given);

const bundlers = {
  "esbuild-esm": () => bundleWithEsbuild("esm"),
  "esbuild-cjs": () => bundleWithEsbuild("cjs"),
  async rollup() {
    const { rollup } = await import("rollup");
    const { default: nodeResolve } = await import("@rollup/plugin-node-resolve");
    const { default: commonjs } = await import("@rollup/plugin-commonjs");
    const plugins = [nodeResolve({ exportConditions: ["node"], preferBuiltins: true }), commonjs()];
    const bundle = await rollup({ input: resolve("main.mjs"), plugins, external: [/^node:/], onwarn() {} });
    await bundle.write({ file, format: "esm", inlineDynamicImports: true });
    await bundle.close();
  },
  async webpack() {
    const { default: webpack } = await import("webpack");
    const compiler = webpack({
      mode: "none",
      target: "node",
      entry: resolve("main.mjs"),
      output: { path: dirname(file), filename: file.slice(dirname(file).length + 1) },
    });
    await new Promise((done, fail) => {
      compiler.run((error, stats) => {
        const { errors = [], warnings = [] } =
          stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
        const [problem = error] = [...errors, ...warnings];
        if (problem) fail(new Error(problem.message));
        else compiler.close(done);
      });
    });
  },
};

async function bundleWithEsbuild(format) {
  const { build } = await import("esbuild");
  const entryPoints = [resolve("main.mjs")];
  const { warnings } = await build({ entryPoints, outfile: file, bundle: true, platform: "node", format });
  if (warnings.length > 0) throw new Error(warnings[0].text);
}

await bundlers[bundler]();
