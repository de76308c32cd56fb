import { fieldError } from "./fields.ts";
import { ignorePromise } from "./maybe-promise.ts";
import { systemTimers, type Timers } from "./timers.ts";

/** Tells the current instant. Every function that needs "now" takes one, so that tests and replays decide it. */
export type Clock = () => Date;

/** The machine's own clock, the default everywhere. */
export const systemClock: Clock = () => new Date();

/**
 * A host's clock that may do anything. While it gives no valid Date, time goes on from the last one that it gave. A Date
 * may be of another realm. `onHealth` hears once that it fails, and once that it is back.
 *
 * The clock that is returned throws EnforcementError `invalid_config` naming `clock` as long as the host's has given no
 * valid Date at all.
 */
export function steadyClock(
  clock: Clock,
  onHealth: (isWell: boolean) => void = () => {},
  timers: Timers = systemTimers,
): Clock {
  if (clock === systemClock) return clock;
  let isWell = true;
  let last: { readonly time: number; readonly readAt: number } | undefined;

  function tell(isWellNow: boolean): void {
    if (isWellNow === isWell) return;
    isWell = isWellNow;
    onHealth(isWell);
  }

  return () => {
    const time = readTime(clock);
    if (time !== undefined) {
      last = { time, readAt: timers.monotonic() };
      tell(true);
      return new Date(time);
    }
    if (last === undefined) {
      throw fieldError("clock", "must be a function that gives a valid Date.", "invalid_config");
    }
    tell(false);
    return new Date(last.time + Math.floor(timers.monotonic() - last.readAt));
  };
}

/** What a clock shows, in milliseconds; undefined when that is no valid Date. */
function readTime(clock: Clock): number | undefined {
  try {
    const shown: unknown = clock();
    ignorePromise(shown);
    const time = Date.prototype.getTime.call(shown);
    return Number.isNaN(time) ? undefined : time;
  } catch {
    return undefined;
  }
}
