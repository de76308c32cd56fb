import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createProject, type HostProject, install, packPackage } from "./packed-package.ts";

/** How a project compiles: the kind of its package, and the relevant flags. */
interface Setting {
  readonly name: string;
  readonly type: "module" | "commonjs";
  readonly flags: readonly string[];
}

const nodenextModule: Setting = { name: "nodenext", type: "module", flags: ["--module", "nodenext"] };
const nodenextCommonJs: Setting = {
  name: "nodenext in a CommonJS package",
  type: "commonjs",
  flags: ["--module", "nodenext"],
};
const node20Module: Setting = { name: "node20", type: "module", flags: ["--module", "node20"] };
const node20CommonJs: Setting = {
  name: "node20 in a CommonJS package",
  type: "commonjs",
  flags: ["--module", "node20"],
};
const node16Module: Setting = { name: "node16", type: "module", flags: ["--module", "node16"] };
const bundler: Setting = {
  name: "bundler",
  type: "module",
  flags: ["--module", "esnext", "--moduleResolution", "bundler"],
};
const bundlerPreserve: Setting = {
  name: "bundler with preserve",
  type: "module",
  flags: ["--module", "preserve", "--moduleResolution", "bundler"],
};
const commonJs: Setting = {
  name: "commonjs with node",
  type: "commonjs",
  flags: ["--module", "commonjs", "--moduleResolution", "node"],
};
const commonJsDeprecated: Setting = {
  ...commonJs,
  flags: [...commonJs.flags, "--ignoreDeprecations", "6.0"],
};

/** Compilers by the name under which they are installed. 5.2 is the lowest that reads the types of Node 22. */
const COMPILERS = {
  "typescript-5.2": [commonJs, bundler],
  "typescript-5.9": [nodenextModule, nodenextCommonJs, node20CommonJs, node16Module, commonJs],
  "typescript-6": [nodenextCommonJs, node20Module, bundler, commonJsDeprecated],
  "typescript-7": [nodenextModule, nodenextCommonJs, node20Module, node20CommonJs, bundler, bundlerPreserve],
};
const cases = Object.entries(COMPILERS).flatMap(([compiler, settings]) =>
  settings.map((setting) => ({ compiler, setting, name: setting.name })),
);
const refusing = ["typescript-5.9", "typescript-7"];

let project: HostProject;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "enforcement-packed-"));
  project = createProject({
    from: join(import.meta.dirname, "compiled"),
    files: { "package.json": '{ "name": "host", "private": true }' },
  });
  const compilers = Object.keys(COMPILERS).map(
    (name) => `${name}@npm:typescript@${name.replace("typescript-", "")}`,
  );
  await install(project, [await packPackage(folder), "@types/node@22", ...compilers]);
}, 600_000);

afterAll(() => {
  project?.remove();
  rmSync(folder, { recursive: true, force: true });
  console.log(
    `TypeScript: ${cases.length} settings that compile and run, ${refusing.length} that are refused`,
  );
});

describe("every entry", () => {
  it.each(cases)(
    "compiles and runs with $compiler, $name",
    async ({ compiler, setting }) => {
      const compiled = await compile("every-entry.ts", {
        compiler,
        setting,
        flags: ["--skipLibCheck", "false"],
      });
      expect(compiled).toMatchObject({ code: 0, stdout: "" });
      const { stdout, stderr } = await project.run(process.execPath, ["out/every-entry.js"]);
      expect(stdout.trim(), stderr).toBe("true pull sqlite PASSPORTUNIVERSITY");
    },
    300_000,
  );

  // Its types name msw's, which are checked like all others unless `skipLibCheck` is set.
  it.each([
    { compiler: "typescript-5.2", setting: commonJs },
    { compiler: "typescript-7", setting: nodenextModule },
  ])(
    "./testing as well, with skipLibCheck where msw is missing: $compiler, $setting.name",
    async (one) => {
      const compiled = await compile("test-entry.ts", { ...one, flags: ["--skipLibCheck"] });
      expect(compiled).toMatchObject({ code: 0, stdout: "" });
      const { stdout, stderr } = await project.run(process.execPath, ["out/test-entry.js"]);
      expect(stdout.trim(), stderr).toBe("function 2 function");
    },
    300_000,
  );

  it.each(refusing)(
    "is refused by %s under node16 in a CommonJS package, as the guide says",
    async (compiler) => {
      const setting: Setting = { name: "node16", type: "commonjs", flags: ["--module", "node16"] };
      const { code, stdout } = await compile("every-entry.ts", { compiler, setting, flags: [] });
      expect(code).not.toBe(0);
      expect(new Set(stdout.match(/TS\d+/g))).toEqual(new Set(["TS1479"]));
    },
    300_000,
  );
});

async function compile(
  file: string,
  { compiler, setting, flags }: { compiler: string; setting: Setting; flags: readonly string[] },
) {
  const manifest = join(project.folder, "package.json");
  writeFileSync(manifest, JSON.stringify({ name: "host", private: true, type: setting.type }));
  rmSync(join(project.folder, "out"), { recursive: true, force: true });
  return project.run(process.execPath, [
    join("node_modules", compiler, "bin/tsc"),
    file,
    ...["--outDir", "out", "--strict", "--target", "es2022", "--lib", "es2022,dom", "--types", "node"],
    ...setting.flags,
    ...flags,
  ]);
}
