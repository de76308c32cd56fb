import { LONGEST_REQUEST_MS } from "../../ledger/lease.ts";
import { haveTurn } from "../../pace/slicer.ts";
import type { Timers } from "../../pace/timers.ts";

// A provider that hears its signal ends within a turn or two of the event loop.
const STUCK_AFTER_MS = 1_000;

/** The requests of one provider that are under way. Each of them ends, also where the provider ignores its signal. */
export class BoundedRequests {
  readonly #timers: Timers;
  readonly #underWay = new Set<AbortController>();
  #stuck = 0;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** How many are under way. */
  get size(): number {
    return this.#underWay.size;
  }

  /** How many were given up that the provider has not ended yet. */
  get stuck(): number {
    return this.#stuck;
  }

  /** Cuts off the requests under way. */
  cutOff(): void {
    for (const request of this.#underWay) request.abort();
  }

  /**
   * Makes one request and cuts it off after {@link LONGEST_REQUEST_MS}. One that does not end a second after its signal
   * aborted is given up: `onStuck` gives its value, and what the provider ends it with later is ignored. `ask` must not
   * reject.
   */
  async run<Value>(
    ask: (signal: AbortSignal) => Promise<Value>,
    onStuck: () => Value,
  ): Promise<{ value: Value; wasCutOff: boolean }> {
    const request = new AbortController();
    const { signal } = request;
    this.#underWay.add(request);
    // To put a hundred registrations on the wire is a slice of work. The bound is the provider's, and begins after it.
    await haveTurn();
    const cancelDeadline = this.#timers.after(LONGEST_REQUEST_MS, () => request.abort());
    const value = await this.#untilStuck(ask(signal), signal, onStuck);
    cancelDeadline();
    this.#underWay.delete(request);
    return { value, wasCutOff: signal.aborted };
  }

  #untilStuck<Value>(asked: Promise<Value>, signal: AbortSignal, onStuck: () => Value): Promise<Value> {
    return new Promise((resolve) => {
      let isStuck = false;
      let cancel = () => {};
      const onAbort = () => {
        cancel = this.#timers.after(STUCK_AFTER_MS, () => {
          isStuck = true;
          this.#stuck += 1;
          resolve(onStuck());
        });
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
      void asked.then((value) => {
        if (isStuck) this.#stuck -= 1;
        cancel();
        signal.removeEventListener("abort", onAbort);
        resolve(value);
      });
    });
  }
}
