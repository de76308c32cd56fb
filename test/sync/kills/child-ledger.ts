import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { ChildLedger } from "./child-wire.ts";

/** The ledger of a process that is to be killed. */
export async function openChildLedger(options: ChildLedger): Promise<Ledger> {
  if (options.kind === "sqlite") {
    const { sqliteLedger } = await import("../../../src/sync/sqlite/sqlite-ledger.ts");
    return sqliteLedger({ path: options.path });
  }
  const { postgresLedger } = await import("../../../src/sync/postgres/index.ts");
  const { default: pg } = await import("pg");
  const ledger = postgresLedger({ pool: new pg.Pool(options.connection) });
  const { leaseMs } = options;
  return {
    ...ledger,
    claim: (request) => ledger.claim({ ...request, leaseMs }),
    claimOne: (id, request) => ledger.claimOne(id, { ...request, leaseMs }),
  };
}
