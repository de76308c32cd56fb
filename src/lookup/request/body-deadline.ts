import type { SharedTimer } from "../shared-timer.ts";
import type { ReadBody } from "./body.ts";

// The original function: fake timers of a test must not stop a body.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * The body, or the problem `late` when it has not arrived by `endsAt` by the handler's timer. Nearly every
 * body arrives together with its headers: the timer is set only for one that has not arrived after this turn.
 */
export function readUntil(
  reading: Promise<ReadBody | undefined>,
  { endsAt, timer }: { endsAt: number; timer: SharedTimer },
): Promise<ReadBody | undefined> {
  return new Promise((resolve) => {
    let isSettled = false;
    const wait = { endsAt, expire: () => settle({ problem: "late" }) };
    const settle = (body: ReadBody | undefined): void => {
      isSettled = true;
      timer.remove(wait);
      resolve(body);
    };
    reading.then(settle, () => settle(undefined));
    afterThisTurn(() => {
      if (!isSettled) timer.add(wait);
    });
  });
}
