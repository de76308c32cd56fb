import type { EnforcementError, EnforcementErrorCode } from "../../../core/errors.ts";

// Whether an error is about one registration or about the vendor. docs/guide/sync.md has the table.

/** The vendor refuses one item: asking again changes nothing. */
const REFUSALS: ReadonlySet<EnforcementErrorCode> = new Set(["rejected", "invalid_input", "unsupported"]);

/** Trouble of one item, as long as others get through: its reply cannot be read, or it cannot be put on the wire. */
const OF_ONE_ITEM: ReadonlySet<EnforcementErrorCode> = new Set(["invalid_response", "invalid_config"]);

/** Trouble of one account at the vendor: others may get through. */
const OF_ONE_ACCOUNT: ReadonlySet<EnforcementErrorCode> = new Set(["unauthorized", "rate_limited"]);

/** Whether the error may be about its account only, while the vendor answers others. */
export function isOfOneAccount({ code }: EnforcementError): boolean {
  return OF_ONE_ACCOUNT.has(code);
}

/** Whether the vendor refused the item for good. Other errors pass, or are corrected. */
export function isRefusal({ code }: EnforcementError): boolean {
  return REFUSALS.has(code);
}

/** Whether the vendor says that it has no such right. */
export function isNotFound(error: EnforcementError): boolean {
  return isRefusal(error) && error.reason === "not_found";
}

/** Whether the vendor says that another right exists. */
export function isAlreadyThere(error: EnforcementError): boolean {
  return isRefusal(error) && error.reason === "already_exists";
}

/** Whether the error may be about its one item only. */
export function isOfOneItem({ code }: EnforcementError): boolean {
  return OF_ONE_ITEM.has(code);
}
