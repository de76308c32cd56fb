import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { makePermits } from "../world.ts";
import { makeFile } from "./bench-folder.ts";
import type { Contender } from "./contender.ts";

/** The least that a durable `issue` can do by itself: a line at the end of a file, and a wait for the disk. */
export const appending: Contender = {
  async prepare(count) {
    const { path, remove } = makeFile();
    const file = openSync(path, "a");
    const permits = makePermits(count);
    return {
      async run() {
        for (const permit of permits) {
          writeSync(file, `${JSON.stringify(permit)}\n`);
          fsyncSync(file);
        }
      },
      async end() {
        closeSync(file);
        remove();
      },
    };
  },
};
