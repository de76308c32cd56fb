import { Worker } from "node:worker_threads";

/** A thread of the ledger's own. The files lie beside this one, in the source as in the package. */
export function startThread(
  name: "sqlite-writer-thread" | "sqlite-check-thread",
  workerData: unknown,
): Worker {
  const extension = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new Worker(new URL(`./${name}.${extension}`, import.meta.url), {
    workerData,
    name,
    // What the host preloads into its own threads (telemetry, loaders) has no business here.
    execArgv: [],
    env: {},
    // What the writer is sent is soon done with. Cleaned up half as often as by default, less of it has to be kept.
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });
}
