import { type Delivery, type DeliveryId, NO_DELIVERY } from "../ledger/delivery.ts";
import { decodeDelivery } from "../ledger/delivery-document.ts";
import { targetsOf } from "../ledger/delivery-facts.ts";

/** The delivery of a column that was read as text. */
export function toDelivery(column: unknown, id: DeliveryId): Delivery {
  return typeof column === "string" ? decodeDelivery(column, id) : NO_DELIVERY;
}

/** The targets of a delivery as the table of targets holds them. */
export function listedTargetsOf(delivery: Delivery): Set<string> {
  return new Set([...targetsOf(delivery)].map(toListedTarget));
}

/** A target as text that PostgreSQL takes. No vendor has one that it refuses; a directory may. */
export function toListedTarget(target: string): string {
  return target.toWellFormed().replaceAll("\0", "\u{fffd}");
}
