import type { DatabaseSync } from "node:sqlite";
import type { Claims } from "./sqlite-claims.ts";
import type { Operations } from "./sqlite-messages.ts";
import type { NameTable } from "./sqlite-names.ts";

interface Parts {
  readonly database: DatabaseSync;
  readonly providers: NameTable;
  readonly claims: Claims;
}

/** Makes due what waits for an instant of a clock that was set back. Inside a transaction of the caller's. */
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

  return function rewind({ providerId, latest, now }: Operations["rewind"][0]): Operations["rewind"][1] {
    const provider = providers.find(providerId);
    if (provider === undefined) return null;
    updateWaiting.run(now, now, provider, now);
    updateDue.run(now, now, provider, now, latest);
    claims.noteDue(now);
    return null;
  };
}
