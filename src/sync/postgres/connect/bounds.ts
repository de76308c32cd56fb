import type { Timers } from "../../pace/timers.ts";

/** How long the host's pool may take to give a connection, in milliseconds. */
export const CONNECTED_WITHIN_MS = 4_000;
/** How long PostgreSQL may take to answer a statement, in milliseconds. A call that waits for both ends within 15 seconds, the making of a queue included. */
export const ANSWERED_WITHIN_MS = 9_000;
/** How long a statement waits for rows that another transaction keeps locked: PostgreSQL gives up before the ledger does. */
export const LOCKED_AT_MOST_MS = 8_000;

/** Calls back once, after so many milliseconds; the function that it gives cancels it. */
export type After = Timers["after"];

/**
 * No connection, or no answer on one, within the bound. What became of the statement is not known, and the connection is of
 * no use any more.
 */
export class NoAnswer extends Error {
  readonly awaited: "connection" | "answer";

  constructor(awaited: NoAnswer["awaited"]) {
    super(`PostgreSQL gave no ${awaited} in time.`);
    this.awaited = awaited;
  }
}

/** What `work` comes to, or {@link NoAnswer} after so many milliseconds. */
export function answerWithin<Value>(
  milliseconds: number,
  work: Promise<Value>,
  after: After,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const cancel = after(milliseconds, () => reject(new NoAnswer("answer")));
    work.then(
      (value) => {
        cancel();
        resolve(value);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
