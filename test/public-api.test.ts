import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const vendors = readdirSync("src/vendors", { withFileTypes: true })
  .filter((file) => file.isDirectory())
  .map(({ name }) => name);

// Host applications import these names. Adding or removing one is a change that they notice: it needs a changeset.
const entries: Record<string, () => Promise<object>> = {
  ".": () => import("../src/index.ts"),
  "./node": () => import("../src/lookup/mounts/node.ts"),
  "./express": () => import("../src/lookup/mounts/express.ts"),
  "./fastify": () => import("../src/lookup/mounts/fastify.ts"),
  "./sqlite": () => import("../src/sync/sqlite/index.ts"),
  "./postgres": () => import("../src/sync/postgres/index.ts"),
  "./sandbox": () => import("../src/sandbox/index.ts"),
  "./testing": () => import("../src/testing/index.ts"),
  ...Object.fromEntries(
    vendors.map((name) => [`./${name}`, () => import(`../src/vendors/${name}/index.ts`)]),
  ),
  "./dialects/iris": () => import("../src/vendors/t2-flex/dialects/iris/index.ts"),
};

const manifest: {
  exports: Record<string, { types: string; default: string }>;
  typesVersions: Record<string, Record<string, string[]>>;
  main: string;
  types: string;
} = JSON.parse(readFileSync("package.json", "utf8"));
const { "./package.json": _, ...declared } = manifest.exports;

describe("public names", () => {
  it.each(Object.keys(entries))("of %s", async (entry) => {
    expect(Object.keys((await entries[entry]?.()) ?? {}).sort()).toMatchSnapshot();
  });
});

describe("entries", () => {
  it("are those of package.json, each by its name, and each vendor has one", () => {
    expect(Object.keys(declared).sort()).toEqual(Object.keys(entries).sort());
  });

  it("are resolved by compilers without support for `exports`", () => {
    const { ".": root, ...others } = declared;
    expect([manifest.main, manifest.types]).toEqual([root?.default, root?.types]);
    const named = Object.entries(others).map(([entry, { types }]) => [entry.slice(2), [types]]);
    expect(manifest.typesVersions).toEqual({ "*": Object.fromEntries(named) });
  });

  it("are resolved by this repository's compiler, and documented", () => {
    const { paths } = JSON.parse(readFileSync("tsconfig.json", "utf8")).compilerOptions;
    const names = Object.keys(entries).map((entry) => `@offstreet/enforcement${entry.slice(1)}`);
    expect(Object.keys(paths).sort()).toEqual(names.sort());
    const { entryPoints } = JSON.parse(readFileSync("typedoc.json", "utf8"));
    const sources = Object.values<string[]>(paths).map(([path = ""]) => path.replace("./", ""));
    expect(entryPoints.sort()).toEqual(sources.sort());
    for (const [name, [path]] of Object.entries<string[]>(paths)) {
      expect(readFileSync(String(path), "utf8")).toContain(`@module ${name}\n`);
    }
  });
});
