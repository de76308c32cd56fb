/** A timer's end: calling it again does nothing. */
type CancelTimer = () => void;

/** The timers of one party. When its process dies, they all go at once. */
export interface TimerGroup {
  now(): Date;
  /** How much time has passed, whatever the clock says. */
  monotonic(): number;
  after(ms: number, callback: () => void): CancelTimer;
  clear(): void;
}

/**
 * Time that passes only when the driver says so. It is two clocks: one that only goes forward and moves the timers,
 * and the one that people read and that may be set forward or back (`jump`).
 */
export interface VirtualTime {
  now(): Date;
  /** The latest instant that was read, in milliseconds. */
  latest(): number;
  /** How much time has passed, whatever the clock says. */
  elapsed(): number;
  jump(ms: number): void;
  /** How often the clock was set back. */
  stepsBack(): number;
  /** How much time has passed since it was set back last. */
  sinceStepBack(): number;
  createTimers(): TimerGroup;
  /** How far away the next timer is; undefined when there is none. */
  untilNext(): number | undefined;
  /** Lets time pass without running a timer meanwhile. */
  advance(ms: number): void;
  /** Runs one timer whose time has come; false when there is none. */
  runDue(): boolean;
}

interface Timer {
  readonly at: number;
  readonly order: number;
  readonly callback: () => void;
}

export function createVirtualTime(start: number): VirtualTime {
  const timers = new Set<Timer>();
  let elapsed = 0;
  let offset = start;
  let latest = start;
  let order = 0;
  let stepsBack = 0;
  let steppedBackAt = Number.NEGATIVE_INFINITY;

  const noteLatest = (): void => {
    latest = Math.max(latest, offset + elapsed);
  };

  function findNext(): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of timers) {
      if (next === undefined || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) {
        next = timer;
      }
    }
    return next;
  }

  const now = (): Date => new Date(offset + elapsed);

  return {
    now,
    latest: () => latest,
    elapsed: () => elapsed,
    stepsBack: () => stepsBack,
    sinceStepBack: () => elapsed - steppedBackAt,
    jump(ms) {
      offset += ms;
      noteLatest();
      if (ms >= 0) return;
      stepsBack += 1;
      steppedBackAt = elapsed;
    },
    createTimers() {
      const own = new Set<Timer>();
      return {
        now,
        monotonic: () => elapsed,
        after(ms, callback) {
          // As Node does it: what cannot be waited for is waited for as shortly as possible.
          const wait = ms >= 1 && ms <= 2_147_483_647 ? ms : 1;
          order += 1;
          const timer: Timer = {
            ...{ at: elapsed + wait, order },
            callback: () => {
              own.delete(timer);
              callback();
            },
          };
          own.add(timer);
          timers.add(timer);
          return () => {
            own.delete(timer);
            timers.delete(timer);
          };
        },
        clear() {
          for (const timer of own) timers.delete(timer);
          own.clear();
        },
      };
    },
    untilNext() {
      const next = findNext();
      return next === undefined ? undefined : Math.max(0, next.at - elapsed);
    },
    advance(ms) {
      elapsed += ms;
      noteLatest();
    },
    runDue() {
      const next = findNext();
      if (next === undefined || next.at > elapsed) return false;
      timers.delete(next);
      next.callback();
      return true;
    },
  };
}
