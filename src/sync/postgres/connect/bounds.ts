import type { Timers } from "../../pace/timers.ts";

/** How long the host's pool may take to provide a connection, in milliseconds. */
export const CONNECTED_WITHIN_MS = 4_000;
/**
 * How long PostgreSQL may take to answer a statement, in milliseconds. A call that waits for both ends within 15
 * seconds, the creation of a queue included.
 */
export const ANSWERED_WITHIN_MS = 9_000;
/** How long a statement waits for locked rows, in milliseconds. PostgreSQL gives up before the ledger's own bound. */
export const MAX_LOCK_WAIT_MS = 8_000;

/** Calls back once, after `milliseconds`. Returns a function that cancels the call. */
export type After = Timers["after"];

/**
 * No connection, or no answer on one, came within the bound. The statement's result is unknown, and the connection is
 * unusable.
 */
export class NoAnswer extends Error {
  readonly awaited: "connection" | "answer";

  constructor(awaited: NoAnswer["awaited"]) {
    super(`PostgreSQL gave no ${awaited} in time.`);
    this.awaited = awaited;
  }
}

/** The result of `work`, or a rejection with {@link NoAnswer} after `milliseconds`. */
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
