import { EnforcementError } from "../../core/errors.ts";

/** Counts how often a loop has become idle, and lets callers wait for the next time. */
export class IdleSignal {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  get count(): number {
    return this.#count;
  }

  notify(): void {
    this.#count += 1;
    for (const tell of [...this.#waiting]) tell();
  }

  /** Fulfilled as soon as the count is higher than `seen`. @throws EnforcementError `aborted` when the signal aborts */
  after(seen: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(onQuiet);
        signal?.removeEventListener("abort", onAbort);
      };
      const onQuiet = () => {
        end();
        resolve();
      };
      const onAbort = () => {
        end();
        reject(new EnforcementError("aborted", "idle: the caller's signal ended it.", { operation: "idle" }));
      };
      if (signal?.aborted) onAbort();
      else if (this.#count > seen) onQuiet();
      else {
        this.#waiting.add(onQuiet);
        signal?.addEventListener("abort", onAbort, { once: true });
      }
    });
  }
}
