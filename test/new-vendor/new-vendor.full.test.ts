import { execFile } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");
const VENDORS = [
  { name: "acme", kind: "push", factory: "createAcmeProvider" },
  { name: "park-asker", kind: "pull", factory: "createParkAskerProvider" },
] as const;

/** A copy of the repository to which both vendors are added. */
let copy: string;
/** The repository's own files that the scaffold changed in the copy, in order. */
let changed: string[];

beforeAll(async () => {
  copy = mkdtempSync(join(tmpdir(), "enforcement-new-vendor-"));
  const isLeftOut = (path: string) => ["node_modules", "dist", ".git"].includes(basename(path));
  cpSync(repository, copy, { recursive: true, filter: (path) => !isLeftOut(path) });
  symlinkSync(join(repository, "node_modules"), join(copy, "node_modules"));
  for (const { name, kind } of VENDORS) await runNode("test/new-vendor/main.ts", name, `--${kind}`);
  changed = globSync("{*,{src,test,docs,.changeset}/**/*}", {
    cwd: repository,
    exclude: ["**/node_modules/**"],
  })
    .filter((path) => !path.startsWith("test-report") && statSync(join(repository, path)).isFile())
    .filter((path) => !readFileSync(join(repository, path)).equals(readFileSync(join(copy, path))))
    .sort();
});

afterAll(() => rmSync(copy, { recursive: true, force: true }));

function runNode(...args: string[]) {
  return run(process.execPath, args, { cwd: copy, maxBuffer: 2 ** 26 });
}

/** The output of a command, whether it succeeded or not. */
async function told(...args: string[]): Promise<{ code: number; text: string }> {
  try {
    const { stdout, stderr } = await runNode(...args);
    return { code: 0, text: stdout + stderr };
  } catch (failure) {
    const { stdout = "", stderr = "" } = failure as { stdout?: string; stderr?: string };
    return { code: 1, text: stdout + stderr };
  }
}

describe("a scaffolded vendor", () => {
  it("type-checks, and is formatted and linted", async () => {
    expect(await told("node_modules/typescript/bin/tsc")).toEqual({ code: 0, text: "" });
    const checked = await told(
      "node_modules/@biomejs/biome/bin/biome",
      "check",
      "--error-on-warnings",
      "src",
      "test",
    );
    expect(checked, checked.text).toMatchObject({ code: 0 });
  });

  it("passes its own tests, the conformance suite among them, and the tests of all vendors", async () => {
    const suites = [
      ...VENDORS.map(({ name }) => `test/vendors/${name}`),
      ...[
        "test/vendors/descriptors.test.ts",
        "test/vendors/tree-shaking.test.ts",
        "test/vendor-pages.test.ts",
      ],
      ...["test/architecture", "test/public-api.test.ts", "test/sandbox", "test/testing"],
    ];
    // The snapshots of public names are new: CI would refuse to write them.
    const tested = await told("node_modules/vitest/vitest.mjs", "run", ...suites, "--update");
    expect(tested, tested.text).toMatchObject({ code: 0 });
    for (const { name } of VENDORS) {
      for (const file of ["conformance", "mapping"]) {
        expect(tested.text).toContain(`test/vendors/${name}/${file}.test.ts`);
      }
    }
    expect(tested.text).toContain("test/vendors/park-asker/lookup.test.ts");
  });

  it("changes two files of the repository", () => {
    expect(changed).toEqual(["src/vendors/index.ts", "src/vendors/list.ts"]);
  });

  it("is imported from the built package by its own entry and from the root", async () => {
    const built = await told("node_modules/tsup/dist/cli-default.js", "--silent", "--no-dts");
    expect(built, built.text).toMatchObject({ code: 0 });
    for (const { name, factory } of VENDORS) {
      // A package resolves its own name by its own `exports`.
      const script = `
        const entry = await import("@offstreet/enforcement/${name}");
        const root = await import("@offstreet/enforcement");
        console.log(typeof entry.${factory}, entry.${factory} === root.${factory});`;
      const { text } = await told("--input-type=module", "--eval", script);
      expect(text.trim()).toBe("function true");
    }
  });

  it("is served by the sandbox, and listed by the command line", async () => {
    const help = await told("src/cli/main.ts", "check", "--help");
    for (const { name } of VENDORS) expect(help.text).toContain(`--${name}-places`);
    expect((await told("src/cli/main.ts", "readiness", "--help")).text).toContain("ACME_TOKEN");
    expect((await told("src/cli/main.ts", "lookup", "--help")).text).toContain("|park-asker>");
  });

  it("is not created twice, nor under a name that no folder should have", async () => {
    for (const name of ["acme", "passport", "Acme", "../acme", ""]) {
      expect(await told("test/new-vendor/main.ts", name, "--push"), name).toMatchObject({ code: 1 });
    }
    expect(await told("test/new-vendor/main.ts", "other")).toMatchObject({ code: 1 });
  });
});
