import type { DatabaseSync } from "node:sqlite";
import { SAME_CLOCK_MS } from "../../ledger/delivery-facts.ts";
import { LEASE_MS } from "../../ledger/lease.ts";
import type { Operations } from "../messages.ts";
import type { Claims } from "./claims.ts";
import type { NameTable } from "./name-table.ts";

interface Parts {
  readonly database: DatabaseSync;
  readonly providers: NameTable;
  readonly claims: Claims;
}

/** Makes due what was dated by a clock that was ahead. Inside a transaction of the caller's. */
export function createRewinder({ database, providers, claims }: Parts) {
  const findLast = database.prepare(
    "SELECT max(permit) FROM (SELECT permit FROM delivery WHERE permit > ? ORDER BY permit LIMIT ?)",
  );
  findLast.setReturnArrays(true);
  // What waits for another attempt, was due by `latest`, or was decided later than it is now: `decidedAt` stands in the
  // fourth place of a document.
  const update = database.prepare(
    `UPDATE delivery SET due_since = min(ifnull(due_since, :now), :now), due_at = min(ifnull(due_at, :now), :now)
     WHERE permit > :after AND permit <= :last AND provider = :provider
       AND ((due_at > :now AND (due_at > due_since OR due_at <= :latest)) OR document ->> '$[3]' > :noticed)`,
  );

  return {
    rewind(request: Operations["rewind"][0]): Operations["rewind"][1] {
      const { providerId, latest, now, after, limit } = request;
      const provider = providers.find(providerId);
      const [last] = findLast.get(after, limit) as unknown as [number | null];
      if (provider === undefined || last === null) return null;
      const noticed = new Date(now + SAME_CLOCK_MS).toISOString();
      update.run({ now, latest, after, last, provider, noticed });
      for (const claim of claims.of(provider).values()) {
        // It would last for as much longer as the clock was ahead.
        claims.shorten(claim, now + LEASE_MS);
        // What is being worked on may be written with such a decision yet.
        claims.noteChange(claim, now);
      }
      claims.noteDue(now);
      return last;
    },
  };
}
