import { setTimeout as sleep } from "node:timers/promises";
import { createVirtualTime } from "../histories/virtual-time.ts";

/**
 * Timers of a ledger: its bounds pass when a test says so. Between two of them a database that is real has `pauseMs` to
 * answer.
 */
export function createLedgerTimers({ pauseMs = 10 } = {}) {
  const time = createVirtualTime(0);
  const { after } = time.createTimers();

  function elapse(milliseconds: number): void {
    time.advance(milliseconds);
    while (time.runDue());
  }

  /** Lets one bound after the other pass until a promise has settled; returns its value or throws its error. */
  async function elapseUntil<Value>(promise: Promise<Value>): Promise<Value> {
    let isOver = false;
    const end = () => {
      isOver = true;
    };
    promise.then(end, end);
    while (!isOver) {
      await sleep(pauseMs);
      if (!isOver) elapse(500);
    }
    return promise;
  }

  return { after, elapse, elapseUntil, elapsed: () => time.elapsed() };
}
