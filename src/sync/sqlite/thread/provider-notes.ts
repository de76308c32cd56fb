import type { DatabaseSync } from "node:sqlite";
import { MAX_OUTAGES } from "../../ledger/provider-notes.ts";
import type { Operations } from "../messages.ts";
import type { NameTable } from "./name-table.ts";

/** Writes what the file keeps of providers. Runs in the caller's transaction. */
export function createProviderNotes({
  database,
  providers,
}: {
  readonly database: DatabaseSync;
  readonly providers: NameTable;
}) {
  const begin = database.prepare(
    `INSERT INTO outage (provider, began_at, code) VALUES (?, ?, ?)
     ON CONFLICT (provider) WHERE ended_at IS NULL DO NOTHING`,
  );
  // Without numbered parameters: node:sqlite of Node 22.16 and 24.0 binds no values to them by position.
  const trim = database.prepare(
    `DELETE FROM outage WHERE provider = ? AND ref NOT IN
       (SELECT ref FROM outage WHERE provider = ? ORDER BY ref DESC LIMIT ${MAX_OUTAGES})`,
  );
  const end = database.prepare(
    "UPDATE outage SET ended_at = max(began_at, ?) WHERE provider = ? AND ended_at IS NULL",
  );
  const write = database.prepare(
    `INSERT INTO read_back (provider, target, read_at, unseen) VALUES (?, ?, ?, ?)
     ON CONFLICT (provider, target) DO UPDATE SET read_at = excluded.read_at, unseen = excluded.unseen`,
  );
  const remove = database.prepare("DELETE FROM read_back WHERE provider = ? AND target = ?");

  return {
    noteOutage({ providerId, at, code }: Operations["noteOutage"][0]): null {
      if (code === null) {
        const provider = providers.find(providerId);
        if (provider !== undefined) end.run(at, provider);
        return null;
      }
      const provider = providers.refOf(providerId);
      if (begin.run(provider, at, code).changes > 0) trim.run(provider, provider);
      return null;
    },
    noteReadBack({ providerId, targets, readAt, unseen }: Operations["noteReadBack"][0]): null {
      const provider = providers.refOf(providerId);
      for (const target of targets) {
        if (readAt === null) remove.run(provider, target);
        else write.run(provider, target, readAt, unseen);
      }
      return null;
    },
  };
}
