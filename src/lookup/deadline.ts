import type { MaybePromise } from "../core/directory/directory.ts";
import { isPromise } from "../core/maybe-promise.ts";
import { SharedTimer, type TimedWait } from "./shared-timer.ts";

/** Thrown into work that is no longer waited for. */
export class Interruption extends Error {
  readonly reason: "source_timeout" | "aborted";

  constructor(reason: "source_timeout" | "aborted") {
    super(reason);
    this.reason = reason;
  }
}

/** Tells an {@link Interruption} from what a host's function threw, which may be a proxy that throws itself. */
export function isInterruption(thrown: unknown): thrown is Interruption {
  try {
    return thrown instanceof Interruption;
  } catch {
    return false;
  }
}

/** What tells that the asking client has gone. It is asked when something has to be waited for. */
export interface AskingClient {
  /**
   * When the request reached us, in the milliseconds of `performance.now()`: the time that its body took counts too.
   * Default: now.
   */
  readonly startedAt?: number | undefined;
  /** Aborted when the client has gone. */
  readonly signal?: AbortSignal | undefined;
  /** Instead of a signal, which takes longer to make: calls the listener when the client goes, or has gone. */
  watch?(onGone: () => void): void;
}

/** The one timer of everything that a request waits for. */
export const requestTimer = new SharedTimer();

/**
 * How long one request may be worked on. Abort signal and listener are made when something has to be waited for, and
 * not before: most answers come from memory and need none of them. All deadlines have one timer.
 */
export class Deadline implements TimedWait {
  readonly endsAt: number;
  readonly #startedAt: number;
  readonly #client: AskingClient;
  #unwatch: (() => void) | undefined;
  #controller: AbortController | undefined;
  #interruption: Interruption | undefined;
  #rejectWait: ((interruption: Interruption) => void) | undefined;
  #isWatching = false;
  #hasEnded = false;

  constructor(limitMs: number, client: AskingClient) {
    this.#startedAt = client.startedAt ?? performance.now();
    this.endsAt = this.#startedAt + limitMs;
    this.#client = client;
  }

  /** For the work itself, so that it can stop early. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#watch();
      this.#controller = new AbortController();
      if (this.#interruption !== undefined) this.#controller.abort(toAbortReason(this.#interruption));
    }
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return performance.now() > this.endsAt;
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt;
  }

  /** The work's result; rejects with an {@link Interruption} when the time is over or the client has gone. */
  within<Value>(work: MaybePromise<Value>): MaybePromise<Value> {
    if (!isPromise(work)) return work;
    this.#watch();
    return new Promise((resolve, reject) => {
      // Attached even when nobody waits any more: a late failure must not become an unhandled rejection.
      work.then(resolve, reject);
      this.#rejectWait = reject;
      if (this.#interruption !== undefined) reject(this.#interruption);
    });
  }

  /** For loops that never wait: throws when the time is over. */
  check(): void {
    if (this.#interruption === undefined && this.isOver) this.expire();
    if (this.#interruption !== undefined) throw this.#interruption;
  }

  /** The time is over. */
  expire(): void {
    this.#interrupt("source_timeout");
  }

  /** Lets go of timer and listener. Must be called however the work ended. */
  end(): void {
    this.#hasEnded = true;
    if (!this.#isWatching) return;
    requestTimer.remove(this);
    this.#unwatch?.();
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    requestTimer.add(this);
    const onGone = (): void => this.#interrupt("aborted");
    if (this.#client.watch === undefined) this.#watchSignal(this.#client.signal, onGone);
    else this.#client.watch(onGone);
  }

  #watchSignal(signal: AbortSignal | undefined, onGone: () => void): void {
    if (signal?.aborted) onGone();
    signal?.addEventListener("abort", onGone, { once: true });
    this.#unwatch = () => signal?.removeEventListener("abort", onGone);
  }

  #interrupt(reason: Interruption["reason"]): void {
    if (this.#hasEnded || this.#interruption !== undefined) return;
    this.#interruption = new Interruption(reason);
    this.#rejectWait?.(this.#interruption);
    this.#controller?.abort(toAbortReason(this.#interruption));
  }
}

function toAbortReason({ reason }: Interruption): DOMException {
  return reason === "aborted"
    ? new DOMException("The asking client has gone.", "AbortError")
    : new DOMException("The lookup's deadline has passed.", "TimeoutError");
}
