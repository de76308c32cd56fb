import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPermitSync, type PermitInput, type PermitSync, registrationsOf } from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { exampleNow } from "./clock.ts";
import { directory } from "./customer.ts";
import { progress } from "./screen.ts";
import type { Vendors } from "./vendors.ts";

const LEAD_TIME_MS = 24 * 60 * 60_000;

/** Durable sync with its ledger in a file of its own: permits go to Passport and HotSpot, and T2 Flex may ask for them. */
export async function startSync({ "t2-flex": t2Flex, passport, hotspot }: Vendors) {
  const folder = mkdtempSync(join(tmpdir(), "enforcement-quickstart-"));
  const ledger = sqliteLedger({ path: join(folder, "permits.sqlite") });
  const bars = new Map<string, { advance(by: number): void }>();
  const sync = createPermitSync({
    providers: [t2Flex, passport, hotspot],
    ledger,
    directory,
    leadTimeMs: LEAD_TIME_MS,
    clock: () => exampleNow,
    onEvent(event) {
      if (event.type === "acknowledged") bars.get(event.providerId)?.advance(1);
    },
  });
  await sync.start();
  return {
    sync,
    /** Records permits, which makes them durable, and waits until every vendor has what is due. */
    async deliver(permits: readonly PermitInput[]): Promise<void> {
      for (const providerId of [passport.id, hotspot.id]) {
        bars.set(providerId, progress(providerId.padEnd(8), await countDue(permits, providerId)));
      }
      await sync.issueMany(permits);
      await sync.idle({ signal: AbortSignal.timeout(60_000) });
      bars.clear();
      await showFailures(sync);
    },
    async close() {
      await sync.stop();
      await ledger.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type RunningSync = Awaited<ReturnType<typeof startSync>>;

/** How many registrations a vendor gets now: those that are not over and begin within a day. */
export async function countDue(permits: readonly PermitInput[], providerId: string): Promise<number> {
  let count = 0;
  for (const permit of permits) {
    for (const { validFrom, validTo } of await registrationsOf(permit, directory, providerId)) {
      const isOver = validTo !== null && Date.parse(validTo) <= exampleNow.getTime();
      if (!isOver && Date.parse(validFrom) - LEAD_TIME_MS <= exampleNow.getTime()) count += 1;
    }
  }
  return count;
}

/** One refused registration does not stop the others, but it is never passed over in silence. */
async function showFailures(sync: PermitSync): Promise<void> {
  for await (const { providerId, permitId, message } of sync.failures()) {
    console.log(`  ${providerId} refused a registration of ${permitId}: ${message}`);
  }
}
