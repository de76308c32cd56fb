import type { DeliveryCounts, Ledger } from "../../../src/sync/ledger/ledger.ts";

/** The counts of one provider's deliveries. */
export async function countOf(ledger: Ledger, providerId: string, now: Date): Promise<DeliveryCounts> {
  const counts = (await ledger.count([providerId], now)).get(providerId);
  if (counts === undefined) throw new Error(`The ledger gave no counts of ${providerId}.`);
  return counts;
}
