import { freezePermit, type Permit } from "../../core/permit/permit.ts";
import { type DeliveryId, NO_DELIVERY, type ProviderState } from "../ledger/delivery.ts";
import { decodeDelivery } from "../ledger/delivery-document.ts";
import { targetsOf } from "../ledger/delivery-facts.ts";
import type { KnownState, StoredPermit } from "../ledger/ledger.ts";

/** The permit of a column. It was checked when it was recorded. */
export function toPermit(text: string): Permit {
  const stored = JSON.parse(text);
  const { validFrom, validTo, createdAt } = stored;
  return freezePermit({
    ...stored,
    validFrom: new Date(validFrom),
    validTo: validTo === null ? null : new Date(validTo),
    ...(createdAt === undefined ? {} : { createdAt: new Date(createdAt) }),
  });
}

/** The permit of a row of `permits` whose columns were read as text; undefined when it was erased. */
export function toStoredPermit(row: Record<string, unknown> | undefined): StoredPermit | undefined {
  if (row === undefined || typeof row["permit"] !== "string") return undefined;
  const state = row["state"] as KnownState;
  if (state === "erased" || state === "erased_revoked") return undefined;
  return { permit: toPermit(row["permit"]), state, changedAt: toInstant(row["changed_at"]) };
}

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

/** An instant that was read with `readInstant`. */
export function toInstant(value: unknown): Date {
  return new Date(Number(value));
}

/** Selects a column as milliseconds since 1970, as text: the host may have changed how `pg` parses instants. */
export function readInstant(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint::text`;
}
