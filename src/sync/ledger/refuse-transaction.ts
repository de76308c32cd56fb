import { EnforcementError } from "../../core/errors.ts";
import { findExcess } from "../../core/fields.ts";
import type { LedgerChange } from "./ledger.ts";

/** For ledgers that cannot write inside a transaction of the host's. */
export function refuseTransaction(options: { transaction?: unknown } | undefined): void {
  if (options?.transaction === undefined) return;
  throw new EnforcementError(
    "unsupported",
    "transaction: this ledger is not in the host's database; only postgresLedger records inside its transaction.",
    { operation: "record", field: "transaction" },
  );
}

/**
 * Refuses ids that a database cannot keep as they are: in UTF-8 every lone half of a surrogate pair becomes U+FFFD, so that
 * two permits would be one, and PostgreSQL has no text with U+0000 and no key without a limit. A permit is withdrawn by an
 * id of any length: a ledger of an older version may hold it.
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
