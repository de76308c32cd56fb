import {
  createPassportProvider,
  createPermitSync,
  type Ledger,
  memoryDirectory,
  type PermitSync,
  type PermitSyncOptions,
} from "@offstreet/enforcement";
import { companies, locations, makePermits, OPERATOR_ID, PERMITS_BEFORE, PROVIDER_ID } from "../world.ts";
import type { Contender } from "./contender.ts";

/** Durable sync before the vendor, with the defaults of this package. */
export function createOurSync(
  ledger: Ledger,
  origin: string,
  onEvent?: PermitSyncOptions["onEvent"],
): PermitSync {
  const provider = createPassportProvider({
    id: PROVIDER_ID,
    operatorId: OPERATOR_ID,
    clientId: "bench",
    clientSecret: "s3cret",
    baseUrl: origin,
  });
  const directory = memoryDirectory({ companies, locations });
  return createPermitSync({
    providers: [provider],
    ledger,
    directory,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

/** In as many as one call of a host's has when it hands over what it has. */
const PERMITS_PER_CALL = 5_000;

/** Records permits as a host does that hands over everything it has. */
export async function recordAll(sync: PermitSync, count: number, first = 0): Promise<void> {
  for (let done = 0; done < count; done += PERMITS_PER_CALL) {
    await sync.issueMany(makePermits(Math.min(PERMITS_PER_CALL, count - done), first + done));
  }
}

/** Others come first: a SQLite ledger's thread is new, and its code is compiled while it runs. */
async function backfillBefore(
  sync: PermitSync,
  { origin, first }: { origin: string; first: number },
): Promise<void> {
  await recordAll(sync, PERMITS_BEFORE, first);
  await sync.start();
  await sync.idle();
  await sync.stop();
  await fetch(origin, { method: "DELETE" });
}

/** The backfill of what a ledger holds. */
export function createOurs(
  openLedger: () => { ledger: Ledger; remove(): void; describeResult?(): Promise<string> },
): Contender {
  return {
    async prepare(count, { origin }) {
      const { ledger, remove, describeResult } = openLedger();
      const sync = createOurSync(ledger, origin);
      await backfillBefore(sync, { origin, first: count });
      await recordAll(sync, count);
      return {
        async run() {
          await sync.start();
          await sync.idle();
        },
        ...(describeResult === undefined
          ? {}
          : {
              async describeResult() {
                await sync.stop();
                return describeResult();
              },
            }),
        async end() {
          await sync.stop();
          await ledger.close();
          remove();
        },
      };
    },
  };
}
