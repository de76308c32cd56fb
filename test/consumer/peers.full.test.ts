import { readFileSync, rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDatabase, type TestDatabase } from "../sync/postgres/servers/database.ts";
import { createProject, type HostProject, install, packPackage } from "./packed-package.ts";

/** Optional packages, and the output of the program for each. */
interface Combination {
  readonly installed: readonly string[];
  readonly msw: RegExp;
  readonly postgres: RegExp;
}

const MSW_WORKS = /^works 2 unavailable unknown$/;
const POSTGRES_WORKS = /^works recorded passport GXK204$/;

const combinations: readonly Combination[] = [
  {
    installed: [],
    msw: /^invalid_config msw: cannot be loaded; run: npm install --save-dev msw$/,
    postgres: /^imported without pg$/,
  },
  { installed: ["msw@2.0.0", "pg@8.0.3"], msw: MSW_WORKS, postgres: POSTGRES_WORKS },
  { installed: ["msw@3.0.0", "pg@8.11.0"], msw: MSW_WORKS, postgres: POSTGRES_WORKS },
  {
    installed: ["msw@2", "pg@8.0.0"],
    msw: MSW_WORKS,
    postgres:
      /^invalid_config pool: the installed pg 8\.0\.0 is older than 8\.0\.3 .*npm install pg@">=8\.0\.3"$/,
  },
  { installed: ["msw@latest", "pg@latest"], msw: MSW_WORKS, postgres: POSTGRES_WORKS },
];

let server: TestDatabase;
let tarball: string;
let folder: string;

beforeAll(async () => {
  server = await createDatabase();
  folder = await mkdtemp(join(tmpdir(), "enforcement-packed-"));
  tarball = await packPackage(folder);
}, 300_000);
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.drop();
  console.log(`optional peers: ${combinations.length} combinations, ${combinations.length * 2} programs`);
});

describe("optional peers", () => {
  it("are declared from the lowest version that can be installed beside this package", () => {
    const { peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(peerDependencies).toEqual({ msw: ">=2", pg: ">=8" });
    for (const name of Object.keys(peerDependencies)) expect(peerDependenciesMeta[name].optional).toBe(true);
  });

  it.each(combinations)(
    "are installed and used: $installed",
    async (combination) => {
      const { installed, msw, postgres } = combination;
      const project: HostProject = createProject({
        from: join(import.meta.dirname, "peers"),
        files: { "package.json": '{ "name": "host", "private": true }' },
      });
      try {
        await install(project, [tarball, ...installed]);
        const asked = await project.run(process.execPath, ["msw.mjs"]);
        expect(asked.stdout.trim(), asked.stderr).toMatch(msw);
        const database = JSON.stringify({
          connection: server.connection,
          schema: `peers_${combinations.indexOf(combination)}`,
        });
        const kept = await project.run(process.execPath, ["postgres.mjs", database]);
        expect(kept.stdout.trim(), kept.stderr).toMatch(postgres);
      } finally {
        project.remove();
      }
    },
    600_000,
  );
});
