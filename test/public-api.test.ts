import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const PACKAGE = "@offstreet/enforcement";
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
const { "./package.json": _, "./*": ofVendors, ...declared } = manifest.exports;
const built = (name: string) => ({
  types: `./dist/vendors/${name}.d.ts`,
  default: `./dist/vendors/${name}.js`,
});

describe("public names", () => {
  it.each(Object.keys(entries))("of %s", async (entry) => {
    expect(Object.keys((await entries[entry]?.()) ?? {}).sort()).toMatchSnapshot();
  });
});

describe("entries", () => {
  it("are those of package.json: one pattern for the vendors, each other entry by its name", () => {
    const ownEntries = vendors.map((name) => `./${name}`);
    expect([...Object.keys(declared), ...ownEntries].sort()).toEqual(Object.keys(entries).sort());
    expect(ofVendors).toEqual(built("*"));
  });

  it("are resolved by compilers without support for `exports`", () => {
    const { ".": root, ...others } = declared;
    expect([manifest.main, manifest.types]).toEqual([root?.default, root?.types]);
    const named = Object.entries(others).map(([entry, { types }]) => [entry.slice(2), [types]]);
    // Such a compiler looks up `types` here too, and the pattern would take it for a vendor.
    const rootTypes = manifest.types.slice(2);
    expect(manifest.typesVersions).toEqual({
      "*": { ...Object.fromEntries(named), [rootTypes]: [manifest.types], "*": [built("*").types] },
    });
  });

  it("are resolved by this repository's compiler, and documented", () => {
    const { paths } = JSON.parse(readFileSync("tsconfig.json", "utf8")).compilerOptions;
    const { [`${PACKAGE}/*`]: pattern, ...named } = paths as Record<string, string[]>;
    const names = Object.keys(declared).map((entry) => `${PACKAGE}${entry.slice(1)}`);
    expect(Object.keys(named).sort()).toEqual(names.sort());
    expect(pattern).toEqual(["./src/vendors/*/index.ts"]);
    const { entryPoints } = JSON.parse(readFileSync("typedoc.json", "utf8"));
    const sources = Object.values<string[]>(paths).map(([path = ""]) => path.replace("./", ""));
    expect(entryPoints.sort()).toEqual(sources.sort());
    const files = [
      ...Object.entries(named).map(([name, [path = ""]]) => [name, path] as const),
      ...vendors.map((name) => [`${PACKAGE}/${name}`, `src/vendors/${name}/index.ts`] as const),
    ];
    expect(files.length).toBe(Object.keys(entries).length);
    for (const [name, path] of files) expect(readFileSync(path, "utf8")).toContain(`@module ${name}\n`);
  });
});
