import { type FindPermits, memoryPermits, type Permit } from "@offstreet/enforcement";
import type { PermitSource } from "./by-hand/lookup.ts";

/** `memory` answers at once; `promise` as a database driver does: it takes the signal and answers in a later turn. */
export type SourceKind = "memory" | "promise";

/** Our permit source. */
export function createOurSource(permits: readonly Permit[], kind: SourceKind): FindPermits {
  const { findPermits } = memoryPermits(permits);
  if (kind === "memory") return findPermits;
  return async (query) => {
    const { signal } = query;
    await laterTurn();
    signal.throwIfAborted();
    return findPermits(query);
  };
}

/** The same by hand: a Map by company and plate. */
export function createSourceByHand(permits: readonly Permit[], kind: SourceKind): PermitSource {
  const find = indexByHand(permits);
  if (kind === "memory") return find;
  return async (companyId, plateNumber, getSignal) => {
    const signal = getSignal();
    await laterTurn();
    signal.throwIfAborted();
    return find(companyId, plateNumber);
  };
}

function laterTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function indexByHand(permits: readonly Permit[]): (companyId: string, plateNumber: string) => Permit[] {
  const none: Permit[] = [];
  const companies = new Map<string, Map<string, Permit[]>>();
  for (const permit of permits) {
    const plates = companies.get(permit.companyId) ?? new Map<string, Permit[]>();
    companies.set(permit.companyId, plates);
    for (const { number } of permit.plates) {
      const present = plates.get(number);
      if (present === undefined) plates.set(number, [permit]);
      else present.push(permit);
    }
  }
  return (companyId, plateNumber) => companies.get(companyId)?.get(plateNumber) ?? none;
}
