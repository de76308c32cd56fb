import type { DatabaseSync } from "node:sqlite";
import type { KnownState } from "../../ledger/change-status.ts";
import type { IndexedTo } from "../messages.ts";
import { plateNumbersIn } from "../permit-document.ts";

/** A permit as it is in its row. */
export interface IndexedPermit {
  readonly ref: number;
  readonly company: number;
  readonly state: KnownState;
  readonly endedAt: number | null;
  /** Null: the permit was erased. */
  readonly content: string | null;
}

// Permits per step. They are sorted together, which takes some 20 ms.
const PERMITS_PER_STEP = 4_000;

/**
 * The tables of permits by plate and by end. Their order is unrelated to the order in which permits are recorded, so
 * each new permit would write a page of its own in both tables. New permits are therefore added together, in the order
 * of the tables; until then, `recent-permits.ts` knows their plates. Runs in the caller's transaction.
 */
export function createPermitIndex(database: DatabaseSync) {
  const findLast = database.prepare("SELECT ref, (SELECT ifnull(max(ref), 0) FROM permit) FROM indexed");
  findLast.setReturnArrays(true);
  const setLast = database.prepare("UPDATE indexed SET ref = ?");
  // A permit that changed meanwhile is there already. Plates are the first element of a permit's document.
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

  /** Adds a step of the permits recorded since the last one, if there are at least `least`. */
  function addSome(least = 1): IndexedTo {
    const [before, last] = findLast.get() as unknown as [number, number];
    if (last - before < least) return { indexed: before, last };
    const indexed = Math.min(before + PERMITS_PER_STEP, last);
    addPlates.run(before, indexed);
    addEnds.run(before, indexed);
    setLast.run(indexed);
    return { indexed, last };
  }

  return {
    addSome: () => addSome(),
    /** Adds a step when enough permits are waiting to fill it. */
    addIfMany: () => void addSome(PERMITS_PER_STEP),
    /** Adds all waiting permits. */
    catchUp(): void {
      for (let { indexed, last } = addSome(); indexed < last; ) ({ indexed, last } = addSome());
    },
    /** Adds a changed permit. */
    add({ ref, company, state, endedAt, content }: IndexedPermit): void {
      if (endedAt !== null) addEnd.run(endedAt, ref);
      for (const number of platesOf(state, content)) addPlate.run(company, number, ref);
    },
    /** Removes a permit in its earlier state; does nothing when it is not there. */
    remove({ ref, company, state, endedAt, content }: IndexedPermit): void {
      if (endedAt !== null) removeEnd.run(endedAt, ref);
      for (const number of platesOf(state, content)) removePlate.run(company, number, ref);
    },
  };
}

export type PermitIndex = ReturnType<typeof createPermitIndex>;

const NONE: ReadonlySet<string> = new Set();

/** Only active permits are listed by plate. */
function platesOf(state: KnownState, content: string | null): ReadonlySet<string> {
  return state === "active" && content !== null ? plateNumbersIn(content) : NONE;
}
