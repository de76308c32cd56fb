import type { DatabaseSync } from "node:sqlite";
import type { ClockRow, Operations } from "../messages.ts";

/** Reads and writes the file's row about the clock. Writes happen in the caller's transaction. */
export function createClockRow(database: DatabaseSync) {
  const read = database.prepare("SELECT latest, steady_at, leapt_by FROM clock");
  read.setReturnArrays(true);
  const write = database.prepare("UPDATE clock SET latest = ?, steady_at = ?, leapt_by = ?");
  const readRow = () => read.get() as unknown as ClockRow;

  return {
    readClock: readRow,
    noteClock({ row, isSettled }: Operations["noteClock"][0]): null {
      const [latest, steadyAt, leaptBy] = row;
      const [before] = readRow();
      const isBack = latest === null || (before !== null && latest < before);
      write.run(isBack && !isSettled ? before : latest, steadyAt, leaptBy);
      return null;
    },
  };
}
