import type { DeliveryRecord, PermitRecord } from "./ledger.ts";

/** A delivery whose instants are in milliseconds. */
export interface DeliveryTimes extends Omit<DeliveryRecord, "dueAt" | "dueSince"> {
  readonly dueAt: number | null;
  readonly dueSince: number | null;
}

/** The record of a permit and its deliveries. */
export function toPermitRecord(
  permit: Omit<PermitRecord, "deliveries">,
  deliveries: readonly DeliveryTimes[],
): PermitRecord {
  return {
    ...permit,
    deliveries: deliveries
      .map(({ providerId, delivery, dueAt, dueSince, outages, readBacks }) => ({
        providerId,
        delivery,
        // An urgent change has a place in line that is earlier than the instant from which it counts.
        dueAt: dueAt === null ? null : new Date(Math.max(dueAt, dueSince ?? dueAt)),
        dueSince: dueSince === null ? null : new Date(dueSince),
        outages,
        readBacks,
      }))
      .toSorted((one, other) => (one.providerId < other.providerId ? -1 : 1)),
  };
}
