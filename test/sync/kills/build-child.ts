import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "tsup";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The child's program as one that starts quickly, and what removes it. */
export interface BuiltChild {
  readonly script: URL;
  remove(): Promise<void>;
}

/**
 * Builds `child.ts` and the threads of its ledger as they are built for the package. Hundreds of children are started,
 * and Node takes several times as long to begin when it must find and strip every file of the source.
 */
export async function buildChild(): Promise<BuiltChild> {
  // Within the project, so that it finds the packages that it imports.
  const cache = join(ROOT, "node_modules", ".cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "killable-child-"));
  await build({
    ...{ config: false, silent: true, dts: false, outDir: folder },
    entry: {
      child: join(ROOT, "test/sync/kills/child.ts"),
      "sqlite-writer-thread": join(ROOT, "src/sync/sqlite-writer-thread.ts"),
      "sqlite-check-thread": join(ROOT, "src/sync/sqlite-check-thread.ts"),
    },
    ...{ format: "esm", platform: "node", target: "node22.16", removeNodeProtocol: false },
  });
  return {
    script: pathToFileURL(join(folder, "child.js")),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
