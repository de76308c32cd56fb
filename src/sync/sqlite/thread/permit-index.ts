import type { DatabaseSync } from "node:sqlite";
import type { KnownState } from "../../ledger/change-status.ts";
import type { IndexedTo } from "../messages.ts";
import { plateNumbersIn } from "../permit-document.ts";

/** A permit as its row has it. */
export interface IndexedPermit {
  readonly ref: number;
  readonly company: number;
  readonly state: KnownState;
  readonly endedAt: number | null;
  /** Null: it is erased. */
  readonly content: string | null;
}

// Permits of one step. They are sorted together, which takes some 20 ms.
const STEP = 4_000;

/**
 * Permits by plate and by end, in tables of their own. The order of both has nothing to do with that in which permits are
 * recorded, so that each new permit would write a page of its own in each. New ones are therefore added together, in the
 * order of the tables; until then `recent-permits.ts` knows their plates. Inside a transaction of the caller's.
 */
export function createPermitIndex(database: DatabaseSync) {
  const findLast = database.prepare("SELECT ref, (SELECT ifnull(max(ref), 0) FROM permit) FROM indexed");
  findLast.setReturnArrays(true);
  const setLast = database.prepare("UPDATE indexed SET ref = ?");
  // What changed meanwhile is there already. Plates are the first part of a permit's document.
  const addPlates = database.prepare(
    `INSERT INTO plate (company, number, permit)
     SELECT company, CASE type WHEN 'array' THEN value ->> 0 ELSE value END AS number, ref
     FROM permit CROSS JOIN json_each(content, '$[0]')
     WHERE ref > ? AND ref <= ? AND state = 0 AND content IS NOT NULL
     ORDER BY company, number, ref ON CONFLICT DO NOTHING`,
  );
  const addEnds = database.prepare(
    `INSERT INTO ended (ended_at, permit)
     SELECT ended_at, ref FROM permit WHERE ref > ? AND ref <= ? AND ended_at IS NOT NULL
     ORDER BY ended_at, ref ON CONFLICT DO NOTHING`,
  );
  const addPlate = database.prepare(
    "INSERT INTO plate (company, number, permit) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
  );
  const addEnd = database.prepare(
    "INSERT INTO ended (ended_at, permit) VALUES (?, ?) ON CONFLICT DO NOTHING",
  );
  const removePlate = database.prepare("DELETE FROM plate WHERE company = ? AND number = ? AND permit = ?");
  const removeEnd = database.prepare("DELETE FROM ended WHERE ended_at = ? AND permit = ?");

  /** Adds some of the permits that were recorded since, when there are at least so many. */
  function addSome(least = 1): IndexedTo {
    const [before, last] = findLast.get() as unknown as [number, number];
    if (last - before < least) return { indexed: before, last };
    const indexed = Math.min(before + STEP, last);
    addPlates.run(before, indexed);
    addEnds.run(before, indexed);
    setLast.run(indexed);
    return { indexed, last };
  }

  return {
    addSome: () => addSome(),
    /** Adds some when they are as many as a step has. */
    addIfMany: () => void addSome(STEP),
    /** Adds all of them. */
    catchUp(): void {
      for (let { indexed, last } = addSome(); indexed < last; ) ({ indexed, last } = addSome());
    },
    /** Adds one that has changed. */
    add({ ref, company, state, endedAt, content }: IndexedPermit): void {
      if (endedAt !== null) addEnd.run(endedAt, ref);
      for (const number of platesOf(state, content)) addPlate.run(company, number, ref);
    },
    /** Takes out one as it was, if it is there. */
    remove({ ref, company, state, endedAt, content }: IndexedPermit): void {
      if (endedAt !== null) removeEnd.run(endedAt, ref);
      for (const number of platesOf(state, content)) removePlate.run(company, number, ref);
    },
  };
}

export type PermitIndex = ReturnType<typeof createPermitIndex>;

const NONE: ReadonlySet<string> = new Set();

/** Only active permits are found by their plates. */
function platesOf(state: KnownState, content: string | null): ReadonlySet<string> {
  return state === "active" && content !== null ? plateNumbersIn(content) : NONE;
}
