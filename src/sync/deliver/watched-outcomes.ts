import type { EnforcementError } from "../../core/errors.ts";
import type { RegistrationState } from "../ledger/delivery.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { Timers } from "../pace/timers.ts";
import { isRefusal } from "./send/judge-error.ts";
import type { BatchOutcome } from "./send/send-batch.ts";

/**
 * What became of an operation that a caller waits for. `pending`: it was not sent yet, or its result is not known. Sync
 * sends it again.
 */
export type WatchedEnd =
  | { readonly end: "acknowledged" }
  | { readonly end: "refused"; readonly error: EnforcementError }
  | { readonly end: "pending"; readonly error?: EnforcementError };

interface Watcher {
  /** Rights whose operations have no end yet, by reference. */
  readonly open: Set<string>;
  readonly ends: Map<string, WatchedEnd>;
  onEnd: () => void;
}

/** Lets callers that make operations due wait for their outcomes, as far as this process learns them. */
export class WatchedOutcomes {
  readonly #timers: Timers;
  readonly #watchers = new Set<Watcher>();

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /**
   * Calls `write`, which makes operations on some of these rights due and returns the references of those, and waits
   * until each has an end: at most a minute, because another process may have claimed it, or until `signal` aborts.
   * Returns one end for each reference that `write` returned.
   */
  async watch(
    references: Iterable<string>,
    write: () => Promise<ReadonlySet<string>>,
    signal: AbortSignal | undefined,
  ): Promise<ReadonlyMap<string, WatchedEnd>> {
    const watcher: Watcher = { open: new Set(references), ends: new Map(), onEnd() {} };
    this.#watchers.add(watcher);
    try {
      const written = await write();
      for (const reference of watcher.open) if (!written.has(reference)) watcher.open.delete(reference);
      await this.#untilEnded(watcher, signal);
      return new Map([...written].map((one) => [one, watcher.ends.get(one) ?? PENDING]));
    } finally {
      this.#watchers.delete(watcher);
    }
  }

  /** Notes the outcome of an operation on a right. `after`: what is kept of the right. */
  note(right: RegistrationState, outcome: BatchOutcome, after: RegistrationState | undefined): void {
    if (this.#watchers.size > 0) this.#end(right.reference, endOf(right, outcome, after));
  }

  /** Notes operations that were not sent. */
  notePutBack(rights: Iterable<RegistrationState>): void {
    if (this.#watchers.size === 0) return;
    for (const { reference, intent, repair } of rights) {
      if (intent !== null || repair !== undefined) this.#end(reference, PENDING);
    }
  }

  /** Ends all waiting: nothing is sent for now. `error`: why, where the vendor is down. */
  giveUp(error?: EnforcementError): void {
    const end = error === undefined ? PENDING : { end: "pending" as const, error };
    for (const { open } of this.#watchers) for (const reference of [...open]) this.#end(reference, end);
  }

  #end(reference: string, end: WatchedEnd): void {
    for (const watcher of this.#watchers) {
      if (!watcher.open.delete(reference)) continue;
      watcher.ends.set(reference, end);
      watcher.onEnd();
    }
  }

  #untilEnded(watcher: Watcher, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        cancel();
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const cancel = this.#timers.after(LEASE_MS, end);
      watcher.onEnd = () => {
        if (watcher.open.size === 0) end();
      };
      if (signal?.aborted) end();
      else signal?.addEventListener("abort", end, { once: true });
      watcher.onEnd();
    });
  }
}

const PENDING: WatchedEnd = { end: "pending" };

function endOf(
  { repair }: RegistrationState,
  outcome: BatchOutcome,
  after: RegistrationState | undefined,
): WatchedEnd {
  if (outcome.ok) return { end: "acknowledged" };
  const { error } = outcome;
  // A cancelled right that the vendor does not have.
  if (repair === undefined && after === undefined) return { end: "acknowledged" };
  const isReplaced = after === undefined || after.lost === true;
  return isReplaced || !isRefusal(error) || after.intent !== null
    ? { end: "pending", error }
    : { end: "refused", error };
}
