import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type HostProject, install, packPackage } from "../consumer/packed-package.ts";

const run = promisify(execFile);
const here = import.meta.dirname;
const lowestNode = resolve(here, "../runtimes/node_modules/node-22.16/bin/node");
const WITHIN_MS = 900_000;

/** Each with the line that the guide gives for it. */
const ways = [
  {
    way: "on this Node",
    node: process.execPath,
    config: "jest.config.js",
    options: "--experimental-vm-modules",
  },
  { way: "on Node 22.16, transformed", node: lowestNode, config: "jest.transforming.config.js", options: "" },
];

let folder: string;
let project: HostProject;

beforeAll(async () => {
  if (!existsSync(join(here, "node_modules/jest"))) await run("npm", ["ci", "--prefix", here]);
  if (!existsSync(lowestNode)) await run("npm", ["ci", "--prefix", resolve(here, "../runtimes")]);
  folder = mkdtempSync(join(tmpdir(), "enforcement-packed-"));
  project = createProject({ files: { "package.json": '{ "name": "host", "private": true }' } });
  cpSync(join(here, "host"), project.folder, { recursive: true });
  await install(project, [await packPackage(folder)]);
  for (const name of ["jest", "ts-jest", "typescript"]) {
    symlinkSync(join(here, "node_modules", name), join(project.folder, "node_modules", name));
  }
  symlinkSync(join(here, "node_modules/@types"), join(project.folder, "node_modules/@types"));
}, WITHIN_MS);

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
  console.log(`Jest in CommonJS: ${ways.length} ways`);
});

describe("Jest in a CommonJS package", () => {
  it.each(ways)(
    "requires the package $way",
    async ({ node, config, options }) => {
      const jest = join(project.folder, "node_modules/jest/bin/jest.js");
      const { stdout, stderr } = await project.run(node, [jest, "--config", config, "--json", "--no-cache"], {
        env: { ...process.env, NODE_OPTIONS: options, NODE_ENV: "test" },
      });
      expect(stdout, stderr).not.toBe("");
      expect(JSON.parse(stdout), stderr).toMatchObject({
        numPassedTests: 3,
        numFailedTests: 0,
        success: true,
      });
    },
    WITHIN_MS,
  );

  it("is set up as in the guide", () => {
    const guide = readFileSync("docs/guide/installing.md", "utf8");
    expect(guide).toContain("NODE_OPTIONS=--experimental-vm-modules jest");
    expect(guide).toContain(readFileSync(join(here, "host/jest.transforming.config.js"), "utf8").trim());
  });
});
