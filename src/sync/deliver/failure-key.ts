import { fieldError, findDamage, readText } from "../../core/fields.ts";
import type { DeliveryId } from "../ledger/delivery.ts";

/** The right that a refusal is about. */
export interface FailurePlace extends DeliveryId {
  readonly reference: string;
}

/** The place as one text: the key for `retry` and `dismiss`. */
export function toFailureKey({ providerId, permitId, reference }: FailurePlace): string {
  return [providerId, permitId, reference].map(encodeURIComponent).join("/");
}

/** @throws EnforcementError `invalid_input` when the text is not a key of this package */
export function parseFailureKey(key: unknown): FailurePlace {
  const parts = readText(key, "key").split("/");
  const [providerId, permitId, reference] = parts.map(decode);
  // An escape may encode U+0000, which no id holds and no database accepts.
  const isDamaged = [providerId, permitId, reference].some((part) => findDamage(part ?? "") !== undefined);
  if (parts.length !== 3 || isDamaged || !providerId || !permitId || !reference) {
    throw fieldError("key", "must be the key of an entry of failures(), or of a refused event.");
  }
  return { providerId, permitId, reference };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
