import { EnforcementError } from "../../core/errors.ts";
import { findExcess } from "../../core/fields.ts";
import type { LedgerChange } from "./ledger.ts";

/** Refuses a transaction, in ledgers that are not in the host's database. @throws EnforcementError `unsupported` */
export function refuseTransaction(options: { transaction?: unknown } | undefined): void {
  if (options?.transaction === undefined) return;
  throw new EnforcementError(
    "unsupported",
    "transaction: this ledger is not in the host's database; only postgresLedger records inside its transaction.",
    { operation: "record", field: "transaction" },
  );
}

/**
 * Refuses ids that a database cannot keep unchanged. UTF-8 turns every lone half of a surrogate pair into U+FFFD, so
 * that two permits would share one id; PostgreSQL takes no text with U+0000 and limits the length of keys.
 *
 * @throws EnforcementError `invalid_input` naming the field
 */
export function refuseUnfitIds(change: LedgerChange): void {
  if ("permit" in change) {
    requireFit(change.permit.id, "permit.id");
    requireFit(change.permit.companyId, "permit.companyId");
  } else requireFit(change.permitId, "permitId");
}

function requireFit(id: string, field: string): void {
  const isWhole = id.isWellFormed() && !id.includes("\0");
  const problem = isWhole ? findExcess(id) : "must hold no NUL and no half of a surrogate pair.";
  if (problem === undefined) return;
  throw new EnforcementError("invalid_input", `${field}: ${problem}`, { operation: "record", field });
}
