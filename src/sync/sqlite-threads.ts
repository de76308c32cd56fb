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
  });
}
