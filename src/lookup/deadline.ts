import type { MaybePromise } from "../core/directory.ts";
import { isPromise } from "./maybe-promise.ts";

/** Thrown into work that is no longer waited for. */
export class Interruption extends Error {
  readonly reason: "source_timeout" | "aborted";

  constructor(reason: "source_timeout" | "aborted") {
    super(reason);
    this.reason = reason;
  }
}

/**
 * How long one request may be worked on. Timer, abort signal and listener are made when something has to be waited
 * for, and not before: most answers come from memory and need none of them.
 */
export class Deadline {
  readonly #startedAt = performance.now();
  readonly #limitMs: number;
  readonly #client: { readonly signal?: AbortSignal | undefined };
  #clientSignal: AbortSignal | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #controller: AbortController | undefined;
  #interruption: Interruption | undefined;
  #rejectWait: ((interruption: Interruption) => void) | undefined;

  /** `client.signal` says that the asking client has gone. It is read when something has to be waited for. */
  constructor(limitMs: number, client: { readonly signal?: AbortSignal | undefined }) {
    this.#limitMs = limitMs;
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
    if (this.#interruption === undefined && this.elapsedMs > this.#limitMs) this.#interrupt("source_timeout");
    if (this.#interruption !== undefined) throw this.#interruption;
  }

  /** Lets go of timer and listener. Must be called however the work ended. */
  end(): void {
    clearTimeout(this.#timer);
    this.#clientSignal?.removeEventListener("abort", this.#onClientGone);
  }

  readonly #onClientGone = (): void => this.#interrupt("aborted");

  #watch(): void {
    if (this.#timer !== undefined) return;
    const remainingMs = Math.max(0, this.#limitMs - this.elapsedMs);
    this.#timer = setTimeout(() => this.#interrupt("source_timeout"), remainingMs);
    this.#clientSignal = this.#client.signal;
    if (this.#clientSignal?.aborted) this.#interrupt("aborted");
    else this.#clientSignal?.addEventListener("abort", this.#onClientGone, { once: true });
  }

  #interrupt(reason: Interruption["reason"]): void {
    if (this.#interruption !== undefined) return;
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
