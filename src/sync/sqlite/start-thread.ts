import { Worker } from "node:worker_threads";

// In the built package, the threads' programs are texts, so that they also run inside a bundle. In the source they are
// files.
declare const WRITER_THREAD: string | undefined;
declare const CHECK_THREAD: string | undefined;

const PROGRAMS = {
  "sqlite-writer-thread":
    typeof WRITER_THREAD === "string" ? WRITER_THREAD : new URL("./sqlite-writer-thread.ts", import.meta.url),
  "sqlite-check-thread":
    typeof CHECK_THREAD === "string" ? CHECK_THREAD : new URL("./sqlite-check-thread.ts", import.meta.url),
};

/** Starts one of the ledger's own threads. */
export function startThread(name: keyof typeof PROGRAMS, workerData: unknown): Worker {
  const program = PROGRAMS[name];
  return new Worker(program, {
    eval: typeof program === "string",
    workerData,
    name,
    // The host's preloads (telemetry, loaders) are not meant for this thread.
    execArgv: [],
    env: {},
    // Messages to the writer are garbage soon. Collecting half as often as by default copies fewer of them.
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });
}
