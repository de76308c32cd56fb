/** What a wait needs of the client: whether it is gone, and to be told when it goes. */
export interface Client {
  onGone(listener: () => void): void;
}

interface Wait {
  readonly endsAt: number;
  readonly giveUp: (reason: Error) => void;
}

const TICK_MS = 20;

/**
 * One timer for all requests that wait, as a team writes it that has seen a timer for each in its profile: every wait
 * takes equally long, so that a queue is in the order of its ends.
 */
export class SharedDeadline {
  readonly #limitMs: number;
  readonly #waits = new Set<Wait>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** The work's result; rejects when the time is over or the client has gone, and aborts the work then. */
  async within<Value>(work: Promise<Value>, client: Client, abort: (reason: Error) => void): Promise<Value> {
    const ended = Promise.withResolvers<Value>();
    const giveUp = (reason: Error): void => {
      abort(reason);
      ended.reject(reason);
    };
    const wait: Wait = { endsAt: performance.now() + this.#limitMs, giveUp };
    this.#waits.add(wait);
    this.#timer ??= setInterval(() => this.#sweep(), TICK_MS);
    client.onGone(() => giveUp(new DOMException("The client has gone.", "AbortError")));
    work.then(ended.resolve, ended.reject);
    try {
      return await ended.promise;
    } finally {
      this.#waits.delete(wait);
    }
  }

  #sweep(): void {
    const at = performance.now();
    for (const wait of this.#waits) {
      if (wait.endsAt > at) return;
      this.#waits.delete(wait);
      wait.giveUp(new DOMException("The deadline has passed.", "TimeoutError"));
    }
    if (this.#waits.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
