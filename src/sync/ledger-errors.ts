import { EnforcementError } from "../core/errors.ts";

/** For ledgers that cannot write inside a transaction of the host's. */
export function refuseTransaction(options: { transaction?: unknown } | undefined): void {
  if (options?.transaction === undefined) return;
  throw new EnforcementError(
    "unsupported",
    "transaction: this ledger is not in the host's database; only postgresLedger records inside its transaction.",
    { operation: "record", field: "transaction" },
  );
}
