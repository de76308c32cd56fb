import type { DatabaseSync } from "node:sqlite";
import { type LedgerFile, readPragma } from "../file/ledger-file.ts";
import type { Answers, ClockRow, OperationName, Operations, Parcel } from "../messages.ts";
import { Claims } from "./claims.ts";
import { createCommits } from "./commits.ts";
import { createEraser } from "./erase.ts";
import { createWorkFinder } from "./find-work.ts";
import { createRefresher, createRewinder } from "./make-due.ts";
import { NameTable } from "./name-table.ts";
import { createOverwriter } from "./overwrite.ts";
import { createPlateTable } from "./plate-table.ts";
import { createProviderNotes } from "./provider-notes.ts";
import { createRecorder } from "./record.ts";
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
  const plates = createPlateTable(database);
  const parts = { database, companies, providers, claims, plates, undo };
  const { record, recordEach, takeDue } = createRecorder(parts);
  const { save, unlist } = createSaver(parts);
  const work = createWorkFinder(parts);
  const handlers: Handlers = {
    recordOne: (change) => recordEach([change])[0] ?? "unknown",
    record,
    save,
    makeDue: createRefresher(parts),
    ...createRewinder(parts),
    ...createClockRow(database),
    ...createProviderNotes(parts),
    erase: createEraser({ ...parts, unlist }),
    ...work,
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
    takeDue,
    handle: ([name, request]) => handlers[name](request as never),
  });
}

/** Reads and writes the file's row about the clock. Writes happen in the caller's transaction. */
function createClockRow(database: DatabaseSync) {
  const read = database.prepare("SELECT latest, steady_at, leapt_by FROM clock");
  read.setReturnArrays(true);
  const write = database.prepare("UPDATE clock SET latest = ?, steady_at = ?, leapt_by = ?");
  const readRow = () => read.get() as unknown as ClockRow;

  return {
    readClock: readRow,
    noteClock({ row, isSettled }: Operations["noteClock"][0]): null {
      const [latest, steadyAt, leaptBy] = row;
      const [before] = readRow();
      const isBack = latest !== null && before !== null && latest < before;
      write.run(latest === null || (isBack && !isSettled) ? before : latest, steadyAt, leaptBy);
      return null;
    },
  };
}
