import { requestTimer } from "../deadline.ts";
import type { ReadBody } from "./body.ts";

// Kept from before a test replaces the timers, as the mounts do.
const { setImmediate: afterThisTurn } = globalThis;

/**
 * The body that is being read, or the problem `late` when it has not arrived at `endsAt`, in the milliseconds of
 * `performance.now()`. Nearly every body arrives together with its head: no timer is made for those.
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
