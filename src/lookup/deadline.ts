import { isPromise, type MaybePromise } from "../core/maybe-promise.ts";
import type { SharedTimer, TimedWait } from "./shared-timer.ts";

/** Rejects work that the handler no longer waits for. */
export class Interruption extends Error {
  readonly reason: "source_timeout" | "aborted";

  constructor(reason: "source_timeout" | "aborted") {
    super(reason);
    this.reason = reason;
  }
}

/** Whether a thrown value is an {@link Interruption}. A host may throw a proxy that itself throws here. */
export function isInterruption(thrown: unknown): thrown is Interruption {
  try {
    return thrown instanceof Interruption;
  } catch {
    return false;
  }
}

/** Reports that the asking client has closed its connection. Used only when the handler has to wait. */
export interface AskingClient {
  /**
   * When the request arrived, in the milliseconds of `performance.now()`. The time to read the body counts from here.
   * Default: now.
   */
  readonly startedAt?: number | undefined;
  /** Aborted when the client has closed its connection. */
  readonly signal?: AbortSignal | undefined;
  /** Cheaper than a signal: calls the listener when the client closes its connection, or has closed it already. */
  watch?(onGone: () => void): void;
}

/**
 * The time limit of one request. Its abort signal and listener are created when the handler first has to wait: most answers
 * come from memory and need neither. All deadlines of a handler share one timer.
 */
export class Deadline implements TimedWait {
  readonly endsAt: number;
  readonly #startedAt: number;
  readonly #client: AskingClient;
  readonly #timer: SharedTimer;
  #unwatch: (() => void) | undefined;
  #controller: AbortController | undefined;
  #interruption: Interruption | undefined;
  #rejectWait: ((interruption: Interruption) => void) | undefined;
  #isWatching = false;
  #hasEnded = false;

  constructor({ deadlineMs, timer }: { deadlineMs: number; timer: SharedTimer }, client: AskingClient) {
    this.#timer = timer;
    this.#startedAt = client.startedAt ?? timer.now();
    this.endsAt = this.#startedAt + deadlineMs;
    this.#client = client;
  }

  /** Aborted with the deadline or when the client goes. The host's functions get it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#watch();
      this.#controller = new AbortController();
      if (this.#interruption !== undefined) this.#controller.abort(toAbortReason(this.#interruption));
    }
    return this.#controller.signal;
  }

  get isOver(): boolean {
    return this.#timer.now() > this.endsAt;
  }

  get elapsedMs(): number {
    return this.#timer.now() - this.#startedAt;
  }

  /** The work's result. Rejects with an {@link Interruption} when the deadline passes or the client goes. */
  within<Value>(work: MaybePromise<Value>): MaybePromise<Value> {
    if (!isPromise(work)) return work;
    this.#watch();
    return new Promise((resolve, reject) => {
      // Attached even after an interruption: a late failure must not become an unhandled rejection.
      work.then(resolve, reject);
      this.#rejectWait = reject;
      if (this.#interruption !== undefined) reject(this.#interruption);
    });
  }

  /** Throws when the deadline has passed. For loops that never wait. */
  check(): void {
    if (this.#interruption === undefined && this.isOver) this.expire();
    if (this.#interruption !== undefined) throw this.#interruption;
  }

  /** Called by the timer when the deadline passes. */
  expire(): void {
    this.#interrupt("source_timeout");
  }

  /** Releases timer and listener. Must always be called, also after a failure. */
  end(): void {
    this.#hasEnded = true;
    if (!this.#isWatching) return;
    this.#timer.remove(this);
    this.#unwatch?.();
  }

  #watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#timer.add(this);
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
