import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { makePermits } from "../world.ts";
import { makeFile } from "./bench-folder.ts";
import type { Contender, Prepared } from "./contender.ts";
import { describeRows } from "./ledger-rows.ts";
import { createOurSync } from "./ours.ts";

const CALLERS = 64;

/** Many callers, each of which issues one permit after the other. */
export const issuing: Contender = {
  prepare: async (count) =>
    prepareRecording(async (sync) => {
      const permits = makePermits(count).values();
      const call = async () => {
        for (const permit of permits) await sync.issue(permit);
      };
      await Promise.all(Array.from({ length: CALLERS }, call));
    }),
};

/** All permits in one call. */
export const issuingMany: Contender = {
  async prepare(count) {
    const permits = makePermits(count);
    return prepareRecording((sync) => sync.issueMany(permits));
  },
};

async function prepareRecording(
  run: (sync: ReturnType<typeof createOurSync>) => Promise<unknown>,
): Promise<Prepared> {
  const { path, remove } = makeFile();
  const ledger = sqliteLedger({ path });
  await ledger.open();
  // It is not started: only recording is measured. The vendor's address is never used.
  const sync = createOurSync(ledger, "http://127.0.0.1:9");
  return {
    async run() {
      await run(sync);
    },
    async describeResult() {
      await ledger.close();
      return describeRows(path);
    },
    async end() {
      await ledger.close();
      remove();
    },
  };
}
