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
 * that two permits would share one id; PostgreSQL takes no text with U+0000 and limits the length of keys. A revoked or
 * forgotten id may have any length, because a ledger of an older version may hold a longer one.
 *
 * @throws EnforcementError `invalid_input` naming the field
 */
export function refuseUnfitIds(change: LedgerChange): void {
  if ("permit" in change) {
    requireWhole(change.permit.id, "permit.id");
    requireWhole(change.permit.companyId, "permit.companyId");
    requireShort(change.permit.id, "permit.id");
    requireShort(change.permit.companyId, "permit.companyId");
  } else requireWhole(change.permitId, "permitId");
}

function requireShort(id: string, field: string): void {
  const problem = findExcess(id);
  if (problem === undefined) return;
  throw new EnforcementError("invalid_input", `${field}: ${problem}`, { operation: "record", field });
}

function requireWhole(id: string, field: string): void {
  if (id.isWellFormed() && !id.includes("\0")) return;
  throw new EnforcementError("invalid_input", `${field}: must hold no NUL and no half of a surrogate pair.`, {
    operation: "record",
    field,
  });
}
