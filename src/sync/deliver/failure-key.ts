import { fieldError, findDamage, readText } from "../../core/fields.ts";
import type { DeliveryId } from "../ledger/delivery.ts";

/** Which right of which permit at which provider. */
export interface FailurePlace extends DeliveryId {
  readonly reference: string;
}

/** The place as one text, for `retry` and `dismiss`. */
export function toFailureKey({ providerId, permitId, reference }: FailurePlace): string {
  return [providerId, permitId, reference].map(encodeURIComponent).join("/");
}

/** @throws EnforcementError `invalid_input` when it is none of ours */
export function parseFailureKey(key: unknown): FailurePlace {
  const parts = readText(key, "key").split("/");
  const [providerId, permitId, reference] = parts.map(decode);
  // An escape may stand for U+0000, which no id holds and no database takes.
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
