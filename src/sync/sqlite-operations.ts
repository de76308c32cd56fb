import { Claims } from "./sqlite-claims.ts";
import { createClockRow } from "./sqlite-clock.ts";
import { createCommits } from "./sqlite-commits.ts";
import { createEraser } from "./sqlite-erase.ts";
import { type LedgerFile, readPragma } from "./sqlite-file.ts";
import { createPermitIndex } from "./sqlite-index.ts";
import type { Answers, OperationName, Operations, Parcel } from "./sqlite-messages.ts";
import { NameTable } from "./sqlite-names.ts";
import { createOverwriter } from "./sqlite-overwrite.ts";
import { createRecorder } from "./sqlite-record.ts";
import { createRefresher } from "./sqlite-refresh.ts";
import { createRewinder } from "./sqlite-rewind.ts";
import { createSaver } from "./sqlite-save.ts";
import { createWorkFinder } from "./sqlite-work.ts";
import { UndoLog } from "./undo-log.ts";

type Handlers = { [Name in OperationName]: (request: Operations[Name][0]) => Operations[Name][1] };

/** Carries out what is asked of a ledger's file. Gives answers when a parcel was the last one before a commit. */
export function createOperations(file: LedgerFile): (parcel: Parcel) => Answers | undefined {
  const { database, requireOwned, close } = file;
  const undo = new UndoLog();
  const claims = new Claims(undo);
  const companies = new NameTable(database, "company", undo);
  const providers = new NameTable(database, "provider", undo);
  const index = createPermitIndex(database);
  const parts = { database, companies, providers, claims, index, undo };
  const { record, recordEach } = createRecorder(parts);
  const { save, unlist } = createSaver(parts);
  const work = createWorkFinder(parts);
  const handlers: Handlers = {
    recordOne: (change) => recordEach([change])[0] ?? "unknown",
    ...{ record, save, makeDue: createRefresher(parts), ...createRewinder(parts) },
    ...createClockRow(database),
    ...{ erase: createEraser({ ...parts, unlist }), ...work },
    index: () => index.addSome(),
    overwrite: createOverwriter(file),
    pragma: (name) => readPragma(database, name) ?? null,
    close() {
      close();
      return null;
    },
  };
  return createCommits({
    database,
    requireOwned,
    undo,
    recordEach,
    index,
    handle: ([name, request]) => handlers[name](request as never),
  });
}
