import type { Intent } from "../../ledger/delivery.ts";
import { MAX_REQUEST_MS } from "../../ledger/lease.ts";
import type { Pace } from "../../pace/pace.ts";
import type { Timers } from "../../pace/timers.ts";

// A provider that obeys its signal ends within a turn or two of the event loop.
const STUCK_AFTER_MS = 1_000;

/** What a request is about. */
export interface RequestSubject {
  readonly operation: Intent["operation"] | "checkConnection";
  /** How many operations it carries; 1 for `checkConnection`. */
  readonly count: number;
  /** The permits of its operations, each once. */
  readonly permitIds: readonly string[];
}

/** A request that was given up and that the provider has not ended since. */
export interface OpenRequest extends RequestSubject {
  /** When it began. */
  readonly since: Date;
}

/** The open requests of one provider. Each ends within a bound, even where the provider ignores its signal. */
export class BoundedRequests {
  readonly #timers: Timers;
  readonly #pace: Pace;
  readonly #underWay = new Set<AbortController>();
  readonly #stuck = new Set<OpenRequest>();

  constructor({ timers, pace }: { readonly timers: Timers; readonly pace: Pace }) {
    this.#timers = timers;
    this.#pace = pace;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** The requests that were given up and that the provider has not ended since, in the order in which they were. */
  get stuck(): ReadonlySet<OpenRequest> {
    return this.#stuck;
  }

  cutOff(): void {
    for (const request of this.#underWay) request.abort();
  }

  /**
   * Makes one request and aborts it after {@link MAX_REQUEST_MS}. A request that does not end within a second after
   * its signal aborted is given up: `onStuck` gives its value, and its late result is ignored. `ask` must not reject.
   */
  async run<Value>(
    subject: RequestSubject,
    ask: (signal: AbortSignal) => Promise<Value>,
    onStuck: () => Value,
  ): Promise<{ value: Value; wasCutOff: boolean }> {
    const request = new AbortController();
    const { signal } = request;
    this.#underWay.add(request);
    // Encoding a hundred registrations for the wire is a slice of work. The deadline begins after the wait for it.
    await this.#pace.haveTurn();
    const cancelDeadline = this.#timers.after(MAX_REQUEST_MS, () => request.abort());
    const open = { ...subject, since: this.#timers.now() };
    const value = await this.#untilStuck(ask(signal), { open, signal, onStuck });
    cancelDeadline();
    this.#underWay.delete(request);
    return { value, wasCutOff: signal.aborted };
  }

  #untilStuck<Value>(
    asked: Promise<Value>,
    { open, signal, onStuck }: { open: OpenRequest; signal: AbortSignal; onStuck: () => Value },
  ): Promise<Value> {
    return new Promise((resolve) => {
      let isStuck = false;
      let cancel = () => {};
      const onAbort = () => {
        cancel = this.#timers.after(STUCK_AFTER_MS, () => {
          isStuck = true;
          this.#stuck.add(open);
          resolve(onStuck());
        });
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
      void asked.then((value) => {
        if (isStuck) this.#stuck.delete(open);
        cancel();
        signal.removeEventListener("abort", onAbort);
        resolve(value);
      });
    });
  }
}
