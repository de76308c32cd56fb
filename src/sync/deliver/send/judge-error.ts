import type { EnforcementError, EnforcementErrorCode } from "../../../core/errors.ts";

// What an error says, and of whom. docs/guide/sync.md has the table.

/** The vendor's opinion of one item: asking again changes nothing. */
const REFUSALS: ReadonlySet<EnforcementErrorCode> = new Set(["rejected", "invalid_input", "unsupported"]);

/** Trouble of one item, as long as others get through: its reply cannot be read, or it cannot be put on the wire. */
const OF_ONE_ITEM: ReadonlySet<EnforcementErrorCode> = new Set(["invalid_response", "invalid_config"]);

/** Whether the vendor answered and said no. Anything else that goes wrong passes, or is corrected. */
export function isRefusal({ code }: EnforcementError): boolean {
  return REFUSALS.has(code);
}

/** Whether the vendor says in its own words that it has no such right. */
export function isNotFound(error: EnforcementError): boolean {
  return isRefusal(error) && error.reason === "not_found";
}

/** Whether the vendor says in its own words that another right stands in the way. */
export function isAlreadyThere(error: EnforcementError): boolean {
  return isRefusal(error) && error.reason === "already_exists";
}

/** Whether the error need not be about more than the item that it came for. */
export function isOfOneItem({ code }: EnforcementError): boolean {
  return OF_ONE_ITEM.has(code);
}
