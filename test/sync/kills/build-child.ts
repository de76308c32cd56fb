import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "tsup";
import { threadsAsText } from "../../../tsup.config.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** The child's program as one that starts quickly, and what removes it. */
export interface BuiltChild {
  readonly script: URL;
  remove(): Promise<void>;
}

/**
 * Builds `child.ts` as the package is built, the threads of its ledger with it. Hundreds of children are started, and Node
 * takes several times as long to begin when it must find and strip every file of the source.
 */
export async function buildChild(): Promise<BuiltChild> {
  // Within the project, so that it finds the packages that it imports.
  const cache = join(ROOT, "node_modules", ".cache");
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, "killable-child-"));
  await build({
    ...{ config: false, silent: true, dts: false, outDir: folder },
    entry: { child: join(ROOT, "test/sync/kills/child.ts") },
    esbuildPlugins: [threadsAsText],
    ...{ format: "esm", platform: "node", target: "node22.16", removeNodeProtocol: false },
  });
  return {
    script: pathToFileURL(join(folder, "child.js")),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
