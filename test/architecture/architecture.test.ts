import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";

/**
 * What each part of the source may import besides itself. A vendor is a part of its own; `vendors` is what the root exports
 * of them, `list` the list of their descriptors.
 */
const ALLOWED: Record<string, { parts: string[]; packages: string[] }> = {
  core: { parts: [], packages: ["node:crypto"] },
  http: { parts: ["core"], packages: ["ky", "p-retry", "zod/mini"] },
  vendor: { parts: ["core", "http"], packages: ["zod/mini", "fast-xml-parser"] },
  vendors: { parts: ["vendor"], packages: [] },
  list: { parts: ["vendor"], packages: [] },
  lookup: { parts: ["core"], packages: ["node:crypto"] },
  sync: {
    parts: ["core"],
    packages: [
      "node:crypto",
      "node:fs",
      "node:fs/promises",
      "node:module",
      "node:path",
      "node:sqlite",
      "node:worker_threads",
    ],
  },
  setup: { parts: ["core"], packages: ["node:fs/promises", "node:path"] },
  sandbox: {
    parts: ["core", "vendor", "list"],
    packages: ["node:http", "node:events"],
  },
  testing: {
    parts: ["core", "lookup", "sandbox"],
    packages: ["msw", "node:assert/strict", "node:util"],
  },
  cli: {
    parts: ["core", "list", "setup", "sandbox", "sync"],
    packages: [
      "yaml",
      "csv-parse/sync",
      "jsonc-parser",
      "node:crypto",
      "node:events",
      "node:fs",
      "node:path",
      "node:process",
      "node:readline",
      "node:util",
    ],
  },
  index: { parts: ["core", "http", "lookup", "setup", "sync", "vendors"], packages: [] },
};

/** The rooms of durable sync, and what each may import of the others. `root`: the files that lie beside the rooms. */
const SYNC_ROOMS: Record<string, string[]> = {
  ledger: [],
  pace: ["ledger"],
  clock: ["ledger", "pace"],
  plan: ["ledger", "pace"],
  deliver: ["ledger", "pace", "clock", "plan"],
  changes: ["ledger", "pace", "clock", "deliver", "upkeep"],
  failures: ["ledger", "pace", "deliver"],
  reconcile: ["ledger", "pace", "deliver"],
  explain: ["ledger", "pace", "plan", "deliver"],
  upkeep: ["ledger", "pace", "clock", "deliver"],
  memory: ["ledger"],
  sqlite: ["ledger", "pace"],
  postgres: ["ledger", "pace"],
  root: ["ledger", "pace", "clock", "deliver", "changes", "failures", "reconcile", "explain", "upkeep"],
};

const MAX_ENTRIES = 20;
const MAX_LINES = 350;

interface SourceFile {
  path: string;
  part: string;
  imports: { specifier: string; target: string | undefined }[];
}

const sources: SourceFile[] = globSync("src/**/*.ts").map((path) => {
  const text = readFileSync(path, "utf8");
  const specifiers = [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom\s+"([^"]+)";/gms)].map(
    (match) => match[1] ?? "",
  );
  const dynamic = [...text.matchAll(/\bimport\("([^"]+)"\)/g)].map((match) => match[1] ?? "");
  return {
    path,
    part: partOf(path),
    imports: [...specifiers, ...dynamic].map((specifier) => ({
      specifier,
      target: specifier.startsWith(".") ? normalize(join(dirname(path), specifier)) : undefined,
    })),
  };
});

function partOf(path: string): string {
  const [, first = "", second] = path.split("/");
  if (first === "index.ts") return "index";
  if (first === "vendors" && second === "list.ts") return "list";
  if (first === "vendors" && second !== "index.ts") return "vendor";
  return first;
}

function syncRoomOf(path: string): string | undefined {
  if (!path.startsWith("src/sync/")) return undefined;
  return /^src\/sync\/([^/]+)\//.exec(path)?.[1] ?? "root";
}

const targetsOf = new Map(
  sources.map(({ path, imports }) => [path, imports.flatMap(({ target }) => target ?? [])]),
);

/** The files that a file imports, and those that they import. */
function reachedFrom(path: string): Set<string> {
  const reached = new Set(targetsOf.get(path));
  for (const one of reached) for (const target of targetsOf.get(one) ?? []) reached.add(target);
  return reached;
}

/** The entries of the package, such as `./sandbox`, and the file of each. The pattern of the vendors' entries is expanded. */
function readEntries(): Record<string, string> {
  const { paths } = JSON.parse(readFileSync("tsconfig.json", "utf8")).compilerOptions;
  return Object.fromEntries(
    Object.entries<string[]>(paths).flatMap(([name, [path = ""]]) => {
      const entry = name.replace("@offstreet/enforcement", ".");
      const [before = "", after] = normalize(path).split("*");
      return globSync(normalize(path)).map((file) => [
        after === undefined ? entry : entry.replace("*", file.slice(before.length, -after.length)),
        file,
      ]);
    }),
  );
}

/** Files that reach each other: each list is a circle, or several that touch. */
function findCircles(): string[][] {
  const reached = new Map(sources.map(({ path }) => [path, reachedFrom(path)]));
  const circles = new Map<string, string[]>();
  for (const { path } of sources) {
    const circle = [...(reached.get(path) ?? [])].filter((other) => reached.get(other)?.has(path)).sort();
    if (circle.length > 0) circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

function vendorOf(path: string): string | undefined {
  return /^src\/vendors\/([^/]+)\//.exec(path)?.[1];
}

describe("the source", () => {
  it("is found by this test", () => {
    expect(sources.length).toBeGreaterThan(50);
    expect(new Set(sources.map(({ part }) => part))).toEqual(new Set(Object.keys(ALLOWED)));
  });

  it("imports only files that exist, by their full name", () => {
    const missing = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target !== undefined && !existsSync(target))
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(missing).toEqual([]);
  });

  it("imports only in the allowed directions", () => {
    const wrong = sources.flatMap(({ path, part, imports }) =>
      imports
        .filter(({ target }) => target !== undefined)
        .filter(({ target = "" }) => {
          const other = partOf(target);
          return other !== part && !ALLOWED[part]?.parts.includes(other);
        })
        .map(({ specifier }) => `${path} (${part}): ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has no circle of imports, types included", () => {
    expect(findCircles()).toEqual([]);
  });

  it("keeps the rooms of durable sync in their order, and the three ledgers apart", () => {
    const rooms = sources.flatMap(({ path }) => syncRoomOf(path) ?? []);
    expect(new Set(rooms)).toEqual(new Set(Object.keys(SYNC_ROOMS)));
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target = "" }) => {
          const [room, other] = [syncRoomOf(path), syncRoomOf(target)];
          if (room === undefined || other === undefined || room === other) return false;
          return !SYNC_ROOMS[room]?.includes(other);
        })
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("matches the drawing in docs/architecture.md", () => {
    const page = readFileSync("docs/architecture.md", "utf8");
    const drawn = [...page.matchAll(/```mermaid\n(.*?)```/gs)].map(([, text = ""]) =>
      [...text.matchAll(/^ +(\S+) --> (\S+)$/gm)].map(([, from, to]) => `${from} --> ${to}`).sort(),
    );
    const allowed = [
      Object.entries(ALLOWED).map(([part, { parts }]) => [part, parts] as const),
      Object.entries(SYNC_ROOMS),
    ].map((table) => table.flatMap(([from, to]) => to.map((one) => `${from} --> ${one}`)).sort());
    expect(drawn).toEqual(allowed);
  });

  it("runs in the writer's thread only the modules of its folder", () => {
    const isThread = (path: string) => path.startsWith("src/sync/sqlite/thread/");
    const wrong = sources
      .filter(({ path }) => !isThread(path) && path !== "src/sync/sqlite/sqlite-writer-thread.ts")
      .flatMap(({ path, imports }) =>
        imports.filter(({ target = "" }) => isThread(target)).map(({ specifier }) => `${path}: ${specifier}`),
      );
    expect(wrong).toEqual([]);
  });

  it("has no folder with too many entries and no file with too many lines", () => {
    const folders = globSync("src/**/", { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(folders.length).toBeGreaterThan(30);
    const crowded = folders.filter((folder) => readdirSync(folder).length > MAX_ENTRIES);
    expect(crowded).toEqual([]);
    const long = sources.filter(({ path }) => readFileSync(path, "utf8").split("\n").length - 1 > MAX_LINES);
    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it("grants no permission that is unused", () => {
    const unused = Object.entries(ALLOWED).flatMap(([part, { parts, packages }]) => {
      const own = sources.filter((source) => source.part === part).flatMap(({ imports }) => imports);
      const used = new Set(
        own.map(({ specifier, target }) => (target === undefined ? specifier : partOf(target))),
      );
      return [...parts, ...packages].filter((one) => !used.has(one)).map((one) => `${part}: ${one}`);
    });
    expect(unused).toEqual([]);
  });

  it("uses each package only in the folders that may", () => {
    const wrong = sources.flatMap(({ path, part, imports }) =>
      imports
        .filter(
          ({ target, specifier }) => target === undefined && !ALLOWED[part]?.packages.includes(specifier),
        )
        .map(({ specifier }) => `${path} (${part}): ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("loads an XML parser only for the dialect that speaks XML, and for the handheld that calls it", () => {
    const loading = sources
      .filter(({ imports }) => imports.some(({ specifier }) => specifier === "fast-xml-parser"))
      .map(({ path }) => path);
    expect(loading.sort()).toEqual([
      "src/vendors/t2-flex/dialects/iris/xml-body.ts",
      "src/vendors/t2-flex/sandbox/iris.ts",
    ]);
    const speaking = Object.entries(readEntries())
      .filter(([, path]) => loading.some((file) => reachedFrom(path).has(file)))
      .map(([entry]) => entry);
    // `./testing` uses types of the sandbox.
    expect(speaking).toEqual(["./sandbox", "./testing", "./dialects/iris"]);
  });

  it("loads a database only in the ledger that uses it", () => {
    const databases: Record<string, RegExp> = {
      "node:sqlite": /^src\/sync\/sqlite/,
      "node:worker_threads": /^src\/sync\/sqlite/,
    };
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ specifier }) => databases[specifier]?.test(path) === false)
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
    const reached = reachedFrom("src/index.ts");
    expect(reached.size).toBeGreaterThan(50);
    expect([...reached].filter((path) => /^src\/sync\/(sqlite|postgres)/.test(path))).toEqual([]);
  });

  it("keeps vendors apart", () => {
    const wrong = sources.flatMap(({ path, imports }) =>
      imports
        .filter(({ target = "" }) => {
          const [one, other] = [vendorOf(path), vendorOf(target)];
          return one !== undefined && other !== undefined && one !== other;
        })
        .map(({ specifier }) => `${path}: ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  it("keeps each sandbox apart from its provider's knowledge of the wire", () => {
    const isSandbox = (path: string) => /\/sandbox\//.test(path);
    const wrong = sources
      // The descriptor names both sides.
      .filter(({ path }) => vendorOf(path) !== undefined && !path.endsWith("/vendor.ts"))
      .flatMap(({ path, imports }) =>
        imports
          .filter(
            ({ target = "" }) => vendorOf(target) !== undefined && isSandbox(path) !== isSandbox(target),
          )
          .map(({ specifier }) => `${path}: ${specifier}`),
      );
    expect(wrong).toEqual([]);
    const shared = sources
      .filter(({ path }) => vendorOf(path) !== undefined && isSandbox(path))
      .flatMap(({ path, imports }) =>
        imports.filter(({ target = "" }) => target.startsWith("src/http/")).map(() => path),
      );
    expect(shared).toEqual([]);
  });

  it("imports a vendor's descriptor only from the list, and the list from no entry except the sandbox and the command line", () => {
    const isDescriptor = (path: string) => /^src\/vendors\/[^/]+\/vendor\.ts$/.test(path);
    const importers = sources
      .filter(({ imports }) => imports.some(({ target = "" }) => isDescriptor(target)))
      .map(({ path }) => path);
    expect(importers).toEqual(["src/vendors/list.ts"]);
    const listing = Object.entries(readEntries())
      .filter(([, path]) => reachedFrom(path).has("src/vendors/list.ts"))
      .map(([entry]) => entry);
    // `./testing` uses the types of its sandboxes.
    expect(listing).toEqual(["./sandbox", "./testing"]);
  });

  it("loads no sandbox and no other vendor with a vendor's entry, and no sandbox with the root", () => {
    const entries = readEntries();
    const isSandbox = (path: string) => path.startsWith("src/sandbox/") || /\/sandbox\//.test(path);
    const vendors = Object.values(entries).filter((path) => vendorOf(path) !== undefined);
    expect(vendors.length).toBeGreaterThan(3);
    const wrong = [...vendors, "src/index.ts"].flatMap((path) =>
      [...reachedFrom(path)]
        .filter((reached) => {
          const [one, other] = [vendorOf(path), vendorOf(reached)];
          return isSandbox(reached) || (one !== undefined && other !== undefined && one !== other);
        })
        .map((reached) => `${path}: ${reached}`),
    );
    expect(wrong).toEqual([]);
  });

  it("has the same files in every vendor", () => {
    const expected = [
      "index.ts",
      "vendor.ts",
      "config.ts",
      "mapping.ts",
      "setup.ts",
      "provider.ts",
      "sandbox/sandbox.ts",
    ];
    const vendorFolders = readdirSync("src/vendors", { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => join("src/vendors", name));
    expect(vendorFolders.length).toBeGreaterThanOrEqual(3);
    const missing = vendorFolders.flatMap((folder) =>
      expected.filter((name) => !existsSync(join(folder, name))).map((name) => join(folder, name)),
    );
    expect(missing).toEqual([]);
  });

  it("uses no catch-all names for files and folders", () => {
    const vague = /(^|\/)(utils?|helpers?|common|shared|types|constants)(\.ts)?(\/|$)/;
    expect(
      globSync("{src,test,docs}/**/*", { exclude: ["docs/api/**", "**/node_modules/**"] }).filter((path) =>
        vague.test(path),
      ),
    ).toEqual([]);
  });

  it("has no default export, no `export *` but the root's of the vendors' names, and reads no environment", () => {
    // So that a vendor's names stand in one place: src/vendors/index.ts names each of them.
    const ofVendors = /^export \* from "\.\/vendors\/index\.ts";$/m;
    const wrong = sources.filter(({ path }) => {
      const text = readFileSync(path, "utf8");
      const judged = path === "src/index.ts" ? text.replace(ofVendors, "") : text;
      return /^export default|^export \*|process\.env/m.test(judged);
    });
    // Only the bin reads the environment.
    expect(wrong.map(({ path }) => path)).toEqual(["src/cli/main.ts"]);
  });
});
