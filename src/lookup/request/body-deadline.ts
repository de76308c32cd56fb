import { requestTimer } from "../deadline.ts";
import type { ReadBody } from "./body.ts";

// The original function: fake timers of a test must not stop a body.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * The body, or the problem `late` when it has not arrived by `endsAt`, in the milliseconds of `performance.now()`. Nearly every
 * body arrives together with its headers: the timer is set only for one that has not arrived after this turn.
 */
export function readUntil(
  reading: Promise<ReadBody | undefined>,
  endsAt: number,
): Promise<ReadBody | undefined> {
  return new Promise((resolve) => {
    let isSettled = false;
    const wait = { endsAt, expire: () => settle({ problem: "late" }) };
    const settle = (body: ReadBody | undefined): void => {
      isSettled = true;
      requestTimer.remove(wait);
      resolve(body);
    };
    reading.then(settle, () => settle(undefined));
    afterThisTurn(() => {
      if (!isSettled) requestTimer.add(wait);
    });
  });
}
