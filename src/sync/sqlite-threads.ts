import { existsSync } from "node:fs";
import { Worker } from "node:worker_threads";
import { toEnforcementError } from "./sqlite-errors.ts";
import type { WriterFailure } from "./sqlite-messages.ts";

/** What is wrong where the files of the threads are not found. */
export const BUNDLED: WriterFailure = {
  code: "invalid_config",
  message:
    "sqliteLedger: the files of its threads are not beside its code; a bundler has taken the code out of the package. Keep @offstreet/enforcement external and install it where the bundle runs: --external:@offstreet/enforcement for esbuild, `external` for Rollup and Vite, `externals` for webpack, `serverExternalPackages` for Next.js.",
};

/**
 * A thread of the ledger's own. The files lie beside this one, in the source as in the package.
 *
 * @throws EnforcementError `invalid_config` when they do not, because this code was bundled into another file
 */
export function startThread(
  name: "sqlite-writer-thread" | "sqlite-check-thread",
  workerData: unknown,
): Worker {
  // A variable: of an address that is made from `import.meta.url` itself, webpack would bundle every file that fits it.
  // A bundle of CommonJS has no such address.
  const here: string | undefined = import.meta.url;
  const file = here === undefined ? undefined : locate(name, here);
  if (file === undefined || !existsSync(file)) throw toEnforcementError(BUNDLED, "open");
  return new Worker(file, { workerData, name, ...SURROUNDINGS });
}

function locate(name: string, here: string): URL | undefined {
  const extension = here.endsWith(".ts") ? "ts" : "js";
  const url = URL.parse(`./${name}.${extension}`, here);
  return url?.protocol === "file:" ? url : undefined;
}

// What was sent to the writer is soon done with. Cleaned up half as often as by default, less of it has to be kept.
const MEMORY = { resourceLimits: { maxYoungGenerationSizeMb: 96 } };

/**
 * What the host preloads into its own threads (telemetry, loaders) has no business here. Only Yarn's Plug'n'Play must come
 * along: without its loader a thread finds no package, nor a file inside one.
 */
const SURROUNDINGS = process.versions["pnp"] === undefined ? { ...MEMORY, execArgv: [], env: {} } : MEMORY;
