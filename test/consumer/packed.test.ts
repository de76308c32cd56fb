import { execFile } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isFullRun } from "../support/suite-size.ts";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");
const manifest = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));

const vendors = readdirSync(join(repository, "src/vendors"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => `./${name}`);
/** The entries that a host can import, the vendors' by their names in place of their pattern. */
const entries = Object.keys(manifest.exports)
  .filter((entry) => entry !== "./package.json")
  .flatMap((entry) => (entry === "./*" ? vendors : entry));

const MAPPING = join(repository, "test/cli/fixtures/ten-mistakes.yaml");

/** The name of one file of the build that entries share. */
function findChunk(): string {
  const chunk = readdirSync(join(repository, "dist")).find((file) => /^chunk-.*\.js$/.test(file));
  if (chunk === undefined) throw new Error("The build has no chunk.");
  return chunk;
}

/** A project with only the packed tarball, and links to its declared dependencies. */
let project: string;

beforeAll(async () => {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  project = mkdtempSync(join(tmpdir(), "enforcement-consumer-"));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", project], {
    cwd: repository,
  });
  const packed = JSON.parse(stdout);
  const { filename } = Array.isArray(packed) ? packed[0] : (Object.values(packed)[0] as { filename: string });
  const home = join(project, "node_modules/@offstreet/enforcement");
  mkdirSync(home, { recursive: true });
  await run("tar", ["-xzf", join(project, filename), "-C", home, "--strip-components=1"]);
  for (const name of [
    ...Object.keys(manifest.dependencies),
    "is-network-error",
    "@types/node",
    "undici-types",
  ]) {
    mkdirSync(dirname(join(project, "node_modules", name)), { recursive: true });
    symlinkSync(join(repository, "node_modules", name), join(project, "node_modules", name));
  }
  cpSync(join(import.meta.dirname, "fixtures"), project, { recursive: true });
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

describe("the packed package", () => {
  it("contains the build, README and licence, and nothing else", () => {
    const home = join(project, "node_modules/@offstreet/enforcement");
    expect(readdirSync(home).sort()).toEqual(["LICENSE", "README.md", "dist", "package.json"]);
  });

  it("depends only on fast-xml-parser, ky, p-retry and zod", () => {
    expect(Object.keys(manifest.dependencies).sort()).toEqual(["fast-xml-parser", "ky", "p-retry", "zod"]);
  });

  it("runs its command line, with nothing else installed", async () => {
    const home = join(project, "node_modules/@offstreet/enforcement");
    const bin = join(home, manifest.bin["offstreet-enforcement"]);
    writeFileSync(join(project, "mapping.yaml"), readFileSync(MAPPING));
    const failed = await run(process.execPath, [bin, "check", "mapping.yaml"], { cwd: project }).catch(
      (failure) => failure,
    );
    expect(failed).toMatchObject({ code: 1, stderr: "", stdout: expect.stringContaining("Lot[U+00A0]102") });
    const { stdout } = await run(bin, ["--version"], { cwd: project });
    expect(stdout.trim()).toBe(manifest.version);
    expect(readFileSync(join(home, "dist/THIRD-PARTY.md"), "utf8")).toMatch(
      /## csv-parse [\s\S]*## jsonc-parser [\s\S]*## yaml /,
    );
  });

  it("is imported by an ES module", async () => {
    const { stdout } = await run(process.execPath, ["consumer.mjs"], { cwd: project });
    expect(stdout.trim()).toBe("function function function function CA-NB true");
  });

  it("is required by a CommonJS module", async () => {
    const { stdout } = await run(process.execPath, ["consumer.cjs"], { cwd: project });
    expect(stdout.trim()).toBe("GXK204 true");
  });

  it("starts the embedded ledger's thread from the package, for a CommonJS module too", async () => {
    const { stdout } = await run(process.execPath, ["ledger.cjs"], { cwd: project });
    expect(stdout.trim()).toBe("recorded GXK204");
  });

  it("has the vendors' modules, and no others, where the pattern of their entries looks for them", () => {
    const folder = join(project, "node_modules/@offstreet/enforcement/dist/vendors");
    const files = readdirSync(folder).filter((file) => !file.endsWith(".map"));
    const expected = vendors.flatMap((entry) => [`${entry.slice(2)}.js`, `${entry.slice(2)}.d.ts`]);
    expect(files.sort()).toEqual(expected.sort());
  });

  it.each(entries)("is imported and required by its entry %s", async (entry) => {
    const specifier = entry.replace(".", manifest.name);
    const script = `import("${specifier}").then((imported) => console.log(imported === require("${specifier}")))`;
    const { stdout } = await run(process.execPath, ["-e", script], { cwd: project });
    expect(stdout.trim()).toBe("true");
  });

  it.each([
    ["a name that no vendor has", () => "t2-felx"],
    ["a file of the build", () => "dist/index.js"],
    ["a vendor's file", () => "vendors/passport"],
    ["the command line", () => "cli"],
    ["a chunk of the build", () => findChunk().replace(/\.js$/, "")],
    ["a chunk of the build by a way around", () => `../${findChunk().replace(/\.js$/, "")}`],
  ])("refuses to resolve %s, and names what was looked for", async (_, nameOf) => {
    const specifier = `${manifest.name}/${nameOf()}`;
    for (const load of ["import", "require"]) {
      const script = `(async () => ${load}("${specifier}"))().catch((error) => console.log(error.code, error.message))`;
      const { stdout } = await run(process.execPath, ["-e", script], { cwd: project });
      expect(stdout).toMatch(/^(ERR_)?(MODULE_NOT_FOUND|INVALID_MODULE_SPECIFIER) /);
      expect(stdout).toContain(`@offstreet/enforcement/`);
      expect(stdout).toContain(nameOf());
    }
  });

  // More compilers and settings: typescript.full.test.ts.
  it.each(
    isFullRun
      ? ["tsconfig.module.json", "tsconfig.commonjs.json", "tsconfig.node.json"]
      : ["tsconfig.module.json"],
  )("is type-checked by a strict project (%s)", async (config) => {
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [compiler, "-p", config], { cwd: project }).catch(
      (failure) => failure,
    );
    expect(stdout).toBe("");
  });

  it("loads an XML parser with the dialect that speaks XML and with the sandbox, and with no other entry", async () => {
    const loading = await Promise.all(
      entries
        .filter((entry) => entry !== "./sandbox")
        .map(async (entry) => {
          const specifier = entry.replace(".", manifest.name);
          const { stdout } = await run(process.execPath, ["loaded.mjs", specifier], { cwd: project });
          const packages: string[] = JSON.parse(stdout);
          expect(packages).toContain(specifier);
          return packages.includes("fast-xml-parser") ? entry : [];
        }),
    );
    expect(loading.flat()).toEqual(["./dialects/iris"]);
  });

  it("does no I/O and reads no environment when it is imported", async () => {
    const { stdout } = await run(process.execPath, ["--permission", "--allow-fs-read=*", "quiet.mjs"], {
      cwd: project,
      env: {},
    });
    expect(stdout.trim()).toBe("quiet");
  });
});
