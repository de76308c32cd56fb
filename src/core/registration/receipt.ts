import { fieldError, readRecord, readText } from "../fields.ts";
import { parseInstant } from "../instant.ts";
import { readRegistration, type StoredRegistration, toStoredRegistration } from "./registration.ts";

/** What a push leaves behind, needed to amend or cancel it. Plain JSON; it holds a plate, so store it as personal data. */
export interface Receipt {
  /** Version of this shape. */
  readonly v: 1;
  readonly providerId: string;
  /** The vendor's reference of the right, or ours where the vendor keeps ours. */
  readonly reference: string;
  /** The target as it went on the wire. Amend and cancel go there, wherever the location points by then. */
  readonly target: string;
  readonly registration: StoredRegistration;
  /** ISO instant up to which the vendor knows the right. Before it, an open-ended right must be amended again. */
  readonly coveredUntil: string;
}

/**
 * Checks a receipt that a host kept.
 *
 * @throws EnforcementError `invalid_input` when it is of another provider, another version, or damaged
 */
export function readReceipt(value: unknown, providerId: string, field = "receipt"): Receipt {
  const keys = ["v", "providerId", "reference", "target", "registration", "coveredUntil"];
  const receipt = readRecord(value, field, keys);
  if (receipt["v"] !== 1)
    throw fieldError(`${field}.v`, "must be 1; this version cannot read other receipts.");
  if (receipt["providerId"] !== providerId) {
    throw fieldError(`${field}.providerId`, "is another provider's; give it to the provider that made it.");
  }
  return {
    v: 1,
    providerId,
    reference: readText(receipt["reference"], `${field}.reference`),
    target: readText(receipt["target"], `${field}.target`),
    registration: toStoredRegistration(readRegistration(receipt["registration"], `${field}.registration`)),
    coveredUntil: parseInstant(receipt["coveredUntil"], `${field}.coveredUntil`).toISOString(),
  };
}
