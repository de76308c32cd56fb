import type { DatabaseSync } from "node:sqlite";
import { Claims } from "./sqlite-claims.ts";
import { createEraser } from "./sqlite-erase.ts";
import { toWriterFailure } from "./sqlite-errors.ts";
import { readPragma } from "./sqlite-file.ts";
import { type Answer, type OperationName, type Operations, type Request, WRITES } from "./sqlite-messages.ts";
import { NameTable } from "./sqlite-names.ts";
import { createRecorder } from "./sqlite-record.ts";
import { createRefresher } from "./sqlite-refresh.ts";
import { createSaver } from "./sqlite-save.ts";
import { createWorkFinder } from "./sqlite-work.ts";
import { UndoLog } from "./undo-log.ts";

type Handlers = { [Name in OperationName]: (request: Operations[Name][0]) => Operations[Name][1] };

/** Carries out batches of requests on a ledger's file. `close` is the caller's. */
export function createOperations(
  database: DatabaseSync,
  close: () => void,
): (batch: readonly Request[]) => Answer[] {
  const undo = new UndoLog();
  const claims = new Claims(undo);
  const companies = new NameTable(database, "company", undo);
  const providers = new NameTable(database, "provider", undo);
  const parts = { database, companies, providers, claims, undo };
  const { save, unlist } = createSaver(parts);
  const work = createWorkFinder(parts);
  const handlers: Handlers = {
    ...{ record: createRecorder(parts), save, makeDue: createRefresher(parts) },
    ...{ erase: createEraser({ ...parts, unlist }), ...work },
    truncateLog() {
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
      return null;
    },
    pragma: (name) => readPragma(database, name) ?? null,
    close() {
      close();
      return null;
    },
  };

  function handle({ name, request }: Request): Answer {
    return { ok: true, value: handlers[name](request as never) };
  }

  /** All in one commit, or nothing of it. */
  function commit(requests: readonly Request[]): Answer[] {
    database.exec("BEGIN IMMEDIATE");
    try {
      const answers = requests.map(handle);
      database.exec("COMMIT");
      undo.clear();
      return answers;
    } catch (thrown) {
      // A full disk may have rolled it back already.
      if (database.isTransaction) database.exec("ROLLBACK");
      undo.undo();
      throw thrown;
    }
  }

  function attempt(run: () => Answer): Answer {
    try {
      return run();
    } catch (thrown) {
      return { ok: false, failure: toWriterFailure(thrown) };
    }
  }

  function write(requests: readonly Request[]): Answer[] {
    try {
      return commit(requests);
    } catch {
      // One that cannot be carried out takes nobody else's with it.
      return requests.map((request) =>
        attempt(() => {
          const [answer] = commit([request]);
          return answer ?? { ok: true, value: null };
        }),
      );
    }
  }

  return function handleBatch(batch) {
    const writes = batch.filter(({ name }) => WRITES.has(name));
    const written = writes.length === 0 ? [] : write(writes);
    let next = 0;
    return batch.map((request) => {
      if (!WRITES.has(request.name)) return attempt(() => handle(request));
      return written[next++] as Answer;
    });
  };
}
