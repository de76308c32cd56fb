import type { StoredPermit } from "../../../src/sync/ledger/ledger.ts";
import { type ExpectedPermit, type ExpectedPermits, type HostWord, hear, toPermit } from "./host-permits.ts";

/**
 * The host's changes so far, and those in progress: while a change is being recorded, or was interrupted by a crash, the
 * ledger may or may not have it.
 */
export interface HostWords {
  /**
   * Every state in which the ledger may be now, or was when the sync read it: a decision that is being written down
   * may be older than the last of the words that come without waiting in between.
   */
  candidates(): readonly ExpectedPermits[];
  /** Begins changes that come without waiting in between. Returns the status that each call must return. */
  begin(words: readonly HostWord[], options: { together: boolean }): ReturnType<typeof hear>["status"][];
  /** The call of change number `index` has returned: it is recorded. */
  confirm(index: number): void;
  /** All changes are recorded. */
  finish(): void;
  /** After a crash: what the ledger really holds decides. Tells what cannot be. */
  resolve(getPermit: (id: string) => Promise<StoredPermit | undefined>): Promise<string[]>;
}

/** `onNews` is called when the host's calls have returned: its changes are recorded. */
export function createHostWords(onNews: () => void): HostWords {
  let states: ExpectedPermits[] = [new Map()];
  /** For each permit, the first of them that the ledger must have reached: words keep their order permit by permit. */
  const reached = new Map<string, number>();
  let mentioned: string[] = [];
  let isTogether = false;

  return {
    candidates: () => states,
    begin(words, { together }) {
      isTogether = together;
      mentioned = words.map((word) => ("spec" in word ? word.spec.id : word.permitId));
      const statuses: ReturnType<typeof hear>["status"][] = [];
      for (const word of words) {
        const { status, after } = hear(states.at(-1) ?? new Map(), word);
        statuses.push(status);
        states.push(after);
      }
      if (!together) return statuses;
      // Nothing of it is recorded when one of them contradicts what is stored.
      const last = statuses.includes("conflict") ? states[0] : states.at(-1);
      states = [states[0] ?? new Map(), last ?? new Map()];
      return statuses;
    },
    confirm(index) {
      const id = mentioned[index] ?? "";
      reached.set(id, Math.max(reached.get(id) ?? 0, isTogether ? 1 : index + 1));
    },
    finish() {
      states = states.slice(-1);
      reached.clear();
      onNews();
    },
    async resolve(getPermit) {
      if (states.length === 1) return [];
      const problems: string[] = [];
      const found = new Map(states[0]);
      const possible = new Set(states.keys());
      for (const id of new Set(mentioned)) {
        const stored = await getPermit(id);
        const least = reached.get(id) ?? 0;
        const matching = [...states.keys()].filter(
          (number) => number >= least && isStored(states[number]?.get(id), stored),
        );
        if (matching.length === 0)
          problems.push(`After a crash, the ledger holds content of ${id} that the host never recorded.`);
        for (const number of [...possible]) if (!matching.includes(number)) possible.delete(number);
        const chosen = states[matching[0] ?? 0]?.get(id);
        if (chosen === undefined) found.delete(id);
        else found.set(id, chosen);
      }
      if (isTogether && possible.size === 0) problems.push("After a crash, a part of issueMany is recorded.");
      states = [found];
      reached.clear();
      return problems;
    },
  };
}

/** Whether the ledger holds exactly this. What is forgotten may be erased already. */
export function isStored(expected: ExpectedPermit | undefined, stored: StoredPermit | undefined): boolean {
  if (stored === undefined) return expected === undefined || expected.state === "forgotten";
  return (
    expected !== undefined &&
    stored.state === expected.state &&
    JSON.stringify(written(stored.permit)) === JSON.stringify(written(toPermit(expected.spec)))
  );
}

function written({
  id,
  companyId,
  plates,
  locationIds,
  validFrom,
  validTo,
  revision,
}: StoredPermit["permit"]) {
  const numbers = plates.map(({ number, region }) => [number, region ?? null]);
  return { id, companyId, numbers, locationIds, validFrom, validTo, revision };
}
