import type { DatabaseSync } from "node:sqlite";
import { SAME_CLOCK_MS } from "./dated-ahead.ts";
import { LEASE_MS } from "./lease.ts";
import type { Claims } from "./sqlite-claims.ts";
import type { Operations } from "./sqlite-messages.ts";
import type { NameTable } from "./sqlite-names.ts";

interface Parts {
  readonly database: DatabaseSync;
  readonly providers: NameTable;
  readonly claims: Claims;
}

/** Makes due what was dated by a clock that was ahead. Inside a transaction of the caller's. */
export function createRewinder({ database, providers, claims }: Parts) {
  const earlier = "UPDATE delivery SET due_since = min(due_since, ?), due_at = ?";
  // What waits for another attempt.
  const updateWaiting = database.prepare(
    `${earlier} WHERE provider = ? AND due_since IS NOT NULL AND due_at > due_since AND due_at > ?`,
  );
  // What was due.
  const updateDue = database.prepare(
    `${earlier} WHERE provider = ? AND due_at IS NOT NULL AND due_at > ? AND due_at <= ?`,
  );

  const findLast = database.prepare(
    "SELECT max(permit) FROM (SELECT permit FROM delivery WHERE permit > ? ORDER BY permit LIMIT ?)",
  );
  findLast.setReturnArrays(true);
  // What was decided later than it is now: `decidedAt` stands in the fourth place of a document.
  const updateDecided = database.prepare(
    `UPDATE delivery SET due_since = min(ifnull(due_since, ?), ?), due_at = min(ifnull(due_at, ?), ?)
     WHERE permit > ? AND permit <= ? AND provider = ? AND document ->> '$[3]' > ?`,
  );

  return {
    rewind({ providerId, latest, now }: Operations["rewind"][0]): Operations["rewind"][1] {
      const provider = providers.find(providerId);
      if (provider === undefined) return null;
      updateWaiting.run(now, now, provider, now);
      updateDue.run(now, now, provider, now, latest);
      for (const claim of claims.of(provider).values()) {
        // It would last for as much longer as the clock was ahead.
        claims.shorten(claim, now + LEASE_MS);
        // What is being worked on may be written with such a decision yet.
        if (latest > now) claims.noteChange(claim, now);
      }
      claims.noteDue(now);
      return null;
    },
    rewindDecided({ providerId, now, after, limit }: Operations["rewindDecided"][0]): number | null {
      const provider = providers.find(providerId);
      const [last] = findLast.get(after, limit) as unknown as [number | null];
      if (provider === undefined || last === null) return null;
      const noticed = new Date(now + SAME_CLOCK_MS).toISOString();
      updateDecided.run(now, now, now, now, after, last, provider, noticed);
      claims.noteDue(now);
      return last;
    },
  };
}
