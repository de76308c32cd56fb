import { type LedgerFile, readPragma } from "../file/ledger-file.ts";
import type { Answers, OperationName, Operations, Parcel } from "../messages.ts";
import { Claims } from "./claims.ts";
import { createClockRow } from "./clock-row.ts";
import { createCommits } from "./commits.ts";
import { createEraser } from "./erase.ts";
import { createWorkFinder } from "./find-work.ts";
import { createRefresher } from "./make-due.ts";
import { NameTable } from "./name-table.ts";
import { createOverwriter } from "./overwrite.ts";
import { createPermitIndex } from "./permit-index.ts";
import { createRecorder } from "./record.ts";
import { createRewinder } from "./rewind.ts";
import { createSaver } from "./save.ts";
import { UndoLog } from "./undo-log.ts";

type Handlers = { [Name in OperationName]: (request: Operations[Name][0]) => Operations[Name][1] };

/** Carries out the requests for a ledger's file. Returns answers for the last parcel of a commit. */
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
