import { Worker } from "node:worker_threads";

// Programs as text, where the package is built: they run wherever this code does, inside a bundle too. The source has files.
declare const WRITER_THREAD: string | undefined;
declare const CHECK_THREAD: string | undefined;

const PROGRAMS = {
  "sqlite-writer-thread":
    typeof WRITER_THREAD === "string" ? WRITER_THREAD : new URL("./sqlite-writer-thread.ts", import.meta.url),
  "sqlite-check-thread":
    typeof CHECK_THREAD === "string" ? CHECK_THREAD : new URL("./sqlite-check-thread.ts", import.meta.url),
};

/** A thread of the ledger's own. */
export function startThread(name: keyof typeof PROGRAMS, workerData: unknown): Worker {
  const program = PROGRAMS[name];
  return new Worker(program, {
    eval: typeof program === "string",
    workerData,
    name,
    // What the host preloads into its own threads (telemetry, loaders) has no business here.
    execArgv: [],
    env: {},
    // What was sent to the writer is soon done with. Cleaned up half as often as by default, less of it has to be kept.
    resourceLimits: { maxYoungGenerationSizeMb: 96 },
  });
}
