import { type DeliveryId, NO_DELIVERY, type ProviderState } from "../ledger/delivery.ts";
import { decodeDelivery } from "../ledger/delivery-document.ts";
import { targetsOf } from "../ledger/delivery-facts.ts";

/** The delivery of a column that was read as text. */
export function toDelivery(column: unknown, id: DeliveryId): ProviderState {
  return typeof column === "string" ? decodeDelivery(column, id) : NO_DELIVERY;
}

/** The targets of a delivery as the table of targets stores them. */
export function listedTargetsOf(delivery: ProviderState): Set<string> {
  return new Set([...targetsOf(delivery)].map(toListedTarget));
}

/**
 * A target as text that PostgreSQL accepts. A directory may hold characters that it refuses; no vendor's target does.
 */
export function toListedTarget(target: string): string {
  return target.toWellFormed().replaceAll("\0", "\u{fffd}");
}
