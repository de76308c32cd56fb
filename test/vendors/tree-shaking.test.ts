import { build } from "esbuild";
import { describe, expect, it } from "vitest";

/** The files of src, and the packages, of which a bundle of these names of a module contains code. */
async function bundled(module: string, names: string): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: `export { ${names} } from "./${module}";`, resolveDir: process.cwd() },
    bundle: true,
    write: false,
    format: "esm",
    platform: "node",
    packages: "external",
    metafile: true,
    treeShaking: true,
  });
  const [output] = Object.values(metafile.outputs);
  const files = Object.entries(output?.inputs ?? {}).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return [...files.map(([path]) => path), ...(output?.imports ?? []).map(({ path }) => path)].sort();
}

const ofVendors = (files: readonly string[]) =>
  new Set(files.flatMap((path) => /^src\/vendors\/([^/]+)\//.exec(path)?.[1] ?? []));

const factories = [
  ["createPassportProvider", "passport"],
  ["createHotSpotProvider", "hotspot"],
  ["createT2FlexProvider", "t2-flex"],
] as const;

describe("a bundle of the root", () => {
  it.each(factories)(
    "with %s alone contains no other vendor, no sandbox and no XML parser",
    async (factory, vendor) => {
      const files = await bundled("src/index.ts", factory);
      expect([...ofVendors(files)]).toEqual([vendor]);
      expect(files.filter((path) => /sandbox|fast-xml-parser|\/vendor\.ts$|\/list\.ts$/.test(path))).toEqual(
        [],
      );
    },
  );

  it("with the lookup handler alone contains no vendor", async () => {
    expect([...ofVendors(await bundled("src/index.ts", "createPermitLookupHandler"))]).toEqual([]);
  });

  it("with everything contains no sandbox, no descriptor, no dialect iris and no XML parser", async () => {
    const names = Object.keys(await import("../../src/index.ts"));
    const files = await bundled("src/index.ts", names.join(", "));
    expect(files.length).toBeGreaterThan(100);
    expect(
      files.filter((path) => /\/sandbox\/|fast-xml-parser|\/vendor\.ts$|\/list\.ts$|\/iris\//.test(path)),
    ).toEqual([]);
  });
});

describe("a bundle of the dialect iris", () => {
  it("contains the XML parser and nothing of the provider", async () => {
    const files = await bundled("src/vendors/t2-flex/dialects/iris/index.ts", "iris");
    expect(files).toContain("fast-xml-parser");
    expect(files.filter((path) => /provider\.ts$|\/offstreet\/|\/genetec\//.test(path))).toEqual([]);
  });
});
