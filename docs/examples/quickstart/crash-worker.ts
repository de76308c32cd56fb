// The process that is killed: a host that records permits and delivers them. It says what it has done to its parent.
import { createHotSpotProvider, createPassportProvider, createPermitSync } from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { exampleNow } from "./clock.ts";
import { company, directory, locations, permitsCsv } from "./customer.ts";
import { readPermits } from "./read-permits.ts";

/** What the parent hands over. */
export interface CrashTask {
  readonly ledger: string;
  /** Whether the permits have to be recorded, or are in the ledger already. */
  readonly isFirst: boolean;
  readonly passport: { operatorId: string; clientId: string; clientSecret: string; baseUrl: string };
  readonly hotspot: { baseUrl: string; token: string };
}

/** What it tells. */
export type CrashReport =
  | { readonly type: "recorded"; readonly permits: number }
  | { readonly type: "pending"; readonly permits: number }
  | { readonly type: "delivered" };

const tell = (report: CrashReport) => process.send?.(report);

process.once("message", async (task: CrashTask) => {
  const clock = () => exampleNow;
  const ledger = sqliteLedger({ path: task.ledger });
  const sync = createPermitSync({
    providers: [
      createPassportProvider({ ...task.passport, currency: "CAD", clock }),
      createHotSpotProvider({ ...task.hotspot, clock }),
    ],
    ledger,
    directory,
    clock,
  });
  if (task.isFirst) {
    const locationIds = new Set(locations.map(({ id }) => id));
    const { permits } = readPermits(permitsCsv, { companyId: company.id, locationIds });
    // When this is fulfilled, the permits are on the disk, and nothing has been sent yet.
    await sync.issueMany(permits);
    tell({ type: "recorded", permits: permits.length });
  } else {
    const { providers } = await sync.status();
    tell({ type: "pending", permits: providers.reduce((sum, { pending }) => sum + pending, 0) });
  }
  await sync.start();
  await sync.idle();
  await sync.stop();
  await ledger.close();
  tell({ type: "delivered" });
  process.disconnect();
});
