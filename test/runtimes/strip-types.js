// Preloaded where Node does not run TypeScript by itself yet (22.16 and 22.17): threads of the source are TypeScript too,
// and inherit no options.

import { syncBuiltinESMExports } from "node:module";
import threads from "node:worker_threads";

const { Worker } = threads;

threads.Worker = class extends Worker {
  constructor(file, options) {
    const isTypeScript = String(file).endsWith(".ts");
    super(
      file,
      isTypeScript ? { ...options, execArgv: ["--experimental-strip-types", "--no-warnings"] } : options,
    );
  }
};

syncBuiltinESMExports();
