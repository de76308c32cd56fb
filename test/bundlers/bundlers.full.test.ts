import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type HostProject, install, packPackage } from "../consumer/packed-package.ts";

const run = promisify(execFile);
const here = import.meta.dirname;
const TOLD = "registered 1, answered 200 P-1";
const bundles = [
  { bundler: "esbuild-esm", file: "program.mjs" },
  { bundler: "esbuild-cjs", file: "program.cjs" },
  { bundler: "rollup", file: "program.mjs" },
  { bundler: "webpack", file: "program.cjs" },
];

let folder: string;
let tarball: string;

beforeAll(async () => {
  if (!existsSync(join(here, "node_modules/webpack"))) await run("npm", ["ci", "--prefix", here]);
  folder = mkdtempSync(join(tmpdir(), "enforcement-packed-"));
  tarball = await packPackage(folder);
}, 900_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  console.log(`bundlers: ${bundles.length} kinds of bundle, and Yarn Plug'n'Play`);
});

describe("a host with an embedded ledger and a lookup", () => {
  let project: HostProject;

  beforeAll(async () => {
    project = createHost();
    await install(project, [tarball]);
  }, 600_000);
  afterAll(() => project?.remove());

  it.each(bundles)(
    "works as a bundle of $bundler, away from the package",
    async ({ bundler, file }) => {
      const alone = mkdtempSync(join(tmpdir(), "enforcement-alone-"));
      try {
        const made = await project.run(process.execPath, [
          join(here, "bundle.mjs"),
          bundler,
          join(alone, file),
        ]);
        expect(made).toMatchObject({ code: 0 });
        const { stdout, stderr } = await run(process.execPath, [file, "ledger.db"], { cwd: alone });
        expect(stdout.trim(), stderr).toBe(TOLD);
      } finally {
        rmSync(alone, { recursive: true, force: true });
      }
    },
    600_000,
  );
});

describe("Yarn Plug'n'Play", () => {
  it("installs the package, and a host works from its zip", async () => {
    const project = createHost({
      ".yarnrc.yml": "nodeLinker: pnp\nenableGlobalCache: false\nenableTelemetry: false\n",
      "yarn.lock": "",
      "package.json": JSON.stringify({
        name: "host",
        private: true,
        dependencies: { "@offstreet/enforcement": `file:./${basename(tarball)}` },
      }),
    });
    try {
      copyFileSync(tarball, join(project.folder, basename(tarball)));
      const yarn = join(here, "node_modules/@yarnpkg/cli-dist/bin/yarn.js");
      const installed = await project.run(process.execPath, [yarn, "install", "--no-immutable"]);
      expect(installed, installed.stdout).toMatchObject({ code: 0 });
      expect(existsSync(join(project.folder, "node_modules"))).toBe(false);
      const { stdout, stderr } = await project.run(process.execPath, [yarn, "node", "main.mjs", "ledger.db"]);
      expect(stdout.trim(), stderr).toBe(TOLD);
    } finally {
      project.remove();
    }
  }, 600_000);
});

function createHost(files: Readonly<Record<string, string>> = {}): HostProject {
  const project = createProject({
    files: { "package.json": '{ "name": "host", "private": true }', ...files },
  });
  copyFileSync(join(here, "main.mjs"), join(project.folder, "main.mjs"));
  copyFileSync(join(here, "../hosts/carry-one-permit.mjs"), join(project.folder, "carry-one-permit.mjs"));
  return project;
}
