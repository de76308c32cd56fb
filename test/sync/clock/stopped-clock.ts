import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { TestDatabase } from "../postgres/servers/database.ts";

/** A ledger of a database whose clock shows `now`; for `claim` and the like, the instant that they are called with. */
export function withStoppedClock(
  ledger: Ledger,
  {
    setClock,
    now,
  }: { setClock: Awaited<ReturnType<TestDatabase["stopClock"]>>; now: () => Date | undefined },
): Ledger {
  const at = async (instant = now()): Promise<void> => {
    if (instant !== undefined) await setClock(instant);
  };
  return {
    ...ledger,
    now,
    async rewind(request) {
      await at(request.now);
      return ledger.rewind(request);
    },
    async claim(request) {
      await at(request.now);
      return ledger.claim(request);
    },
    async claimOne(id, request) {
      await at(request.now);
      return ledger.claimOne(id, request);
    },
    async findNextDue(providerIds) {
      await at();
      return ledger.findNextDue(providerIds);
    },
    async count(providerIds, instant) {
      await at(instant);
      return ledger.count(providerIds, instant);
    },
    async erase(request) {
      await at(request.now);
      return ledger.erase(request);
    },
  };
}
