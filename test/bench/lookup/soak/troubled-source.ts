import { setTimeout as wait } from "node:timers/promises";
import {
  type FindPermits,
  type MemoryPermits,
  type Permit,
  type PermitQuery,
  parsePlate,
} from "@offstreet/enforcement";
import { makePermit } from "../world.ts";

/** A permit source as life has it: mostly quick, sometimes slow, failing or silent. `random` decides which. */
export function createTroubledSource({ findPermits }: MemoryPermits, random: () => number): FindPermits {
  return (query) => {
    const dice = random();
    if (dice < 0.005) throw new Error("The source is down.");
    if (dice < 0.01) return Promise.reject(new Error("The source lost its connection."));
    if (dice < 0.012) return beSilent(query);
    if (dice < 0.05) return answerLate(findPermits, query);
    return findPermits(query);
  };
}

/** The permits that the soak begins with: as they are after a change, so that changes make none of them larger. */
export function makeChangedPermits(count: number, random: () => number): Permit[] {
  return Array.from({ length: count }, (_, index) => changedPermit(index, 1, random));
}

/** Returns a function that gives some permits a next revision with another plate; half of them are removed first. */
export function createPermitChanges(permits: MemoryPermits, count: number, random: () => number): () => void {
  let revision = 1;
  return () => {
    for (let change = 0; change < 20; change += 1) {
      revision += 1;
      const permit = changedPermit(Math.floor(random() * count), revision, random);
      if (random() < 0.5) permits.remove(permit.id);
      permits.set(permit);
    }
  };
}

function changedPermit(index: number, revision: number, random: () => number): Permit {
  const permit = makePermit(index);
  const extra = parsePlate(`S${Math.floor(random() * 1_000_000)}`);
  return { ...permit, revision, plates: [...permit.plates, extra] };
}

async function answerLate(findPermits: FindPermits, query: PermitQuery) {
  await wait(20, undefined, { signal: query.signal });
  return findPermits(query);
}

/** Never answers, until its signal is aborted. */
function beSilent({ signal }: PermitQuery): Promise<never> {
  return new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}
