// A process that reads a ledger beside its writer: `reader-process.ts <path>`. Asked for a plate, it answers what it
// found, or with which error. Asked to be busy, it looks up one plate all the time, and says when it has begun. Asked to
// stop, it answers how many lookups it made and which of them failed.

import { sqliteReader } from "../../../../src/sync/sqlite/index.ts";
import { find } from "../../ledger/fixtures.ts";
import type { Asked, Busy, Found } from "./reader-child.ts";

const [path = ""] = process.argv.slice(2);
const reader = sqliteReader({ path });

async function lookUp(plateNumber: string): Promise<Found> {
  try {
    return { ids: (await find(reader, [plateNumber])).map(({ id }) => id).sort() };
  } catch (thrown) {
    const { code, field, message } = thrown as { code?: string; field?: string; message?: string };
    return { code, field, message };
  }
}

let isBusy = false;
let working: Promise<Busy> | undefined;

async function lookUpAllTheTime(plateNumber: string): Promise<Busy> {
  const failures: string[] = [];
  let count = 0;
  for (isBusy = true; isBusy; count += 1) {
    const { message } = await lookUp(plateNumber);
    if (message !== undefined) failures.push(message);
    if (count % 50 === 0) await new Promise(setImmediate);
  }
  return { count, failures: failures.slice(0, 5) };
}

process.on("message", async (asked: Asked) => {
  if (asked.kind === "find") process.send?.(await lookUp(asked.plateNumber));
  if (asked.kind === "be busy") {
    working = lookUpAllTheTime(asked.plateNumber);
    process.send?.({ ids: [] } satisfies Found);
  }
  if (asked.kind === "stop") {
    isBusy = false;
    process.send?.(await working);
  }
});
process.once("disconnect", () => process.exit());
