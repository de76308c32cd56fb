import { AsyncLocalStorage } from "node:async_hooks";
import { systemTimers } from "../../../src/sync/pace/timers.ts";

/** A connection goes silent with a statement of a call: with the first one (0) or a later one, before or after it is carried out. */
export interface Silence {
  readonly statement: number;
  readonly lost: "question" | "answer";
}

interface SilencedCall extends Silence {
  count: number;
  /** What the bound of the statement that is lost waits for, instead of time. */
  givenUp: Promise<unknown> | undefined;
}

const { after } = systemTimers(() => new Date());

/** Makes the connections of chosen calls go silent, while others are well. */
export function createSilentStatements() {
  const calls = new AsyncLocalStorage<SilencedCall>();
  return {
    /** Runs a call of which a statement gets no answer. */
    during<Value>(silence: Silence, run: () => Promise<Value>): Promise<Value> {
      return calls.run({ ...silence, count: 0, givenUp: undefined }, run);
    },
    /** Runs a statement, or loses it: then what it gives is never settled. */
    pass<Result>(run: () => Promise<Result>): Promise<Result> {
      const call = calls.getStore();
      if (call === undefined || call.count++ !== call.statement) return run();
      call.givenUp = call.lost === "answer" ? run().catch(() => {}) : Promise.resolve();
      return new Promise(() => {});
    },
    /** The ledger's bounds: that of a lost statement is over as soon as what becomes of it is certain. */
    after(milliseconds: number, callback: () => void): () => void {
      const call = calls.getStore();
      if (call?.givenUp === undefined) return after(milliseconds, callback);
      void call.givenUp.then(callback);
      call.givenUp = undefined;
      return () => {};
    },
  };
}
