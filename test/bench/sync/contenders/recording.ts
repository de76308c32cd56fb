import type { PermitInput, PermitSync } from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { makePermits, PERMITS_BEFORE } from "../world.ts";
import { makeFile } from "./bench-folder.ts";
import type { Contender, Prepared } from "./contender.ts";
import { describeRows } from "./ledger-rows.ts";
import { createOurSync } from "./ours.ts";

const CALLERS = 64;

type Record = (sync: PermitSync, permits: readonly PermitInput[]) => Promise<unknown>;

/** Many callers, each of which issues one permit after the other. */
export const issuing = createRecording(async (sync, permits) => {
  const left = permits.values();
  const call = async () => {
    for (const permit of left) await sync.issue(permit);
  };
  await Promise.all(Array.from({ length: CALLERS }, call));
});

/** All permits in one call. */
export const issuingMany = createRecording((sync, permits) => sync.issueMany(permits));

function createRecording(record: Record): Contender {
  return { prepare: (count) => prepareRecording(record, count) };
}

async function prepareRecording(record: Record, count: number): Promise<Prepared> {
  const { path, remove } = makeFile();
  const ledger = sqliteLedger({ path });
  await ledger.open();
  // It is not started: only recording is measured. The vendor's address is never used.
  const sync = createOurSync(ledger, "http://127.0.0.1:9");
  await record(sync, makePermits(PERMITS_BEFORE, count));
  const permits = makePermits(count);
  return {
    async run() {
      await record(sync, permits);
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
