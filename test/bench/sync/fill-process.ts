// Fills a ledger's file: `fill-process.ts <path>`. Asked for a number of permits, it records and delivers them to a vendor
// of its own process that takes no time, records one more that waits to be delivered, and answers.

import {
  createPassportProvider,
  createPermitSync,
  memoryDirectory,
  type Receipt,
} from "@offstreet/enforcement";
import { sqliteLedger } from "@offstreet/enforcement/sqlite";
import { referenceOf } from "../../../src/core/registration/identity.ts";
import type { Registration } from "../../../src/core/registration/registration.ts";
import { recordAll } from "./contenders/ours.ts";
import { companies, locations, makePermit, OPERATOR_ID, PROVIDER_ID } from "./world.ts";

const [path = ""] = process.argv.slice(2);
const passport = createPassportProvider({
  id: PROVIDER_ID,
  operatorId: OPERATOR_ID,
  clientId: "bench",
  clientSecret: "s3cret",
  baseUrl: "http://127.0.0.1:9",
});

process.on("message", async (permits: number) => {
  const ledger = sqliteLedger({ path });
  const provider = {
    ...passport,
    capabilities: passport.capabilities,
    registerMany: async (registrations: readonly Registration[]) =>
      registrations.map((registration) => {
        const { target } = registration;
        const reference = referenceOf(PROVIDER_ID, registration);
        const coveredUntil = registration.validTo ?? "";
        const value: Receipt = {
          v: 1,
          providerId: PROVIDER_ID,
          reference,
          target,
          registration,
          coveredUntil,
        };
        return { ok: true as const, value };
      }),
  };
  const sync = createPermitSync({
    providers: [provider],
    ledger,
    directory: memoryDirectory({ companies, locations }),
  });
  await sync.start();
  await recordAll(sync, permits);
  await sync.idle();
  await sync.stop();
  await sync.issue(makePermit(permits));
  process.send?.(permits + 1);
});
process.once("disconnect", () => process.exit());
