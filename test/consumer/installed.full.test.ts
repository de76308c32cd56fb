import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type HostProject, install, packPackage } from "./packed-package.ts";

const run = promisify(execFile);
const runtimes = resolve(import.meta.dirname, "../runtimes");
const versions = Object.keys(
  JSON.parse(readFileSync(join(runtimes, "package.json"), "utf8")).dependencies,
).map((name) => ({ name, node: join(runtimes, "node_modules", name, "bin/node") }));
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const WITHIN_MS = 900_000;

/** The output of a host's programs. */
const programs = [
  { program: "consumer.mjs", told: "function function function function CA-NB true" },
  { program: "consumer.cjs", told: "GXK204 true" },
  { program: "ledger.cjs", told: "recorded GXK204" },
  { program: "main.mjs", told: "registered 1, answered 200 P-1" },
];

let folder: string;
let tarball: string;
let project: HostProject;

beforeAll(async () => {
  if (versions.some(({ node }) => !existsSync(node))) await run("npm", ["ci", "--prefix", runtimes]);
  folder = mkdtempSync(join(tmpdir(), "enforcement-packed-"));
  tarball = await packPackage(folder);
  project = createProject({ from: join(import.meta.dirname, "fixtures") });
  copyFileSync(join(import.meta.dirname, "../bundlers/main.mjs"), join(project.folder, "main.mjs"));
  const host = join(import.meta.dirname, "../hosts/carry-one-permit.mjs");
  copyFileSync(host, join(project.folder, "carry-one-permit.mjs"));
  await install(project, [tarball]);
}, WITHIN_MS);

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
  console.log(`Node: ${versions.length} versions, ${versions.length * programs.length} programs`);
});

describe.each(versions)("the installed package on $name", ({ node }) => {
  it.each(programs)(
    "runs $program",
    async ({ program, told }) => {
      const data = mkdtempSync(join(project.folder, "data-"));
      const { stdout, stderr } = await project.run(node, [join(project.folder, program), "ledger.db"], {
        cwd: data,
      });
      expect(stdout.trim(), stderr).toBe(told);
    },
    WITHIN_MS,
  );
});

describe("npx", () => {
  it(
    "runs the installed version by the package's name, and calls no registry",
    async () => {
      const { stdout, stderr } = await project.run("npx", [
        "--offline",
        "@offstreet/enforcement",
        "--version",
      ]);
      expect(stdout.trim(), stderr).toBe(manifest.version);
      const checked = await project.run("npx", [
        "--offline",
        "@offstreet/enforcement",
        "check",
        "missing.yaml",
      ]);
      expect(checked.code).toBe(2);
    },
    WITHIN_MS,
  );

  it(
    "runs the package outside of a project: it has one bin",
    async () => {
      expect(Object.keys(manifest.bin)).toEqual(["offstreet-enforcement"]);
      const outside = createProject({});
      try {
        const { stdout, stderr } = await outside.run("npx", ["--yes", `file:${tarball}`, "check", "--help"]);
        expect(stdout, stderr).toContain("Usage: npx @offstreet/enforcement check <mapping.yaml");
      } finally {
        outside.remove();
      }
    },
    WITHIN_MS,
  );
});
