import type { EnforcementError } from "../../../core/errors.ts";
import type { ChangeStatus, DueOptions, LedgerChange } from "../../ledger/ledger.ts";
import { MAX_LOCK_WAIT_MS, NoAnswer } from "../connect/bounds.ts";
import { isLockTimeout, isSilence, toLedgerError } from "../connect/errors.ts";
import { type PostgresDependencies, recordCalls, recordLargeCall } from "./record.ts";

interface WaitingCall {
  readonly changes: readonly LedgerChange[];
  readonly onDue: DueOptions["onDue"];
  resolve(statuses: ChangeStatus[]): void;
  reject(error: unknown): void;
}

// The most changes that share a commit. A call with more is a transaction of its own.
const MAX_TOGETHER = 200;

// A host's transaction may keep a permit locked. A call that needs that permit is repeated alone, with a longer wait.
const SHORT_WAIT_MS = 250;
const LONG_WAIT_MS = MAX_LOCK_WAIT_MS;

/**
 * Commits calls that come together in one transaction: a commit waits for the disk, however much it holds. Calls are
 * recorded in the order in which they come. Large calls, such as a backfill, run beside them, so that others need not
 * wait.
 */
export class RecordQueue {
  readonly #parts: PostgresDependencies;
  readonly #waiting: WaitingCall[] = [];
  #working: Promise<void> | undefined;
  #large: Promise<unknown> = Promise.resolve();
  readonly #aside = new Set<Promise<void>>();

  constructor(parts: PostgresDependencies) {
    this.#parts = parts;
  }

  record(changes: readonly LedgerChange[], onDue: DueOptions["onDue"]): Promise<ChangeStatus[]> {
    if (changes.length > MAX_TOGETHER) {
      const done = this.#large.then(() =>
        recordLargeCall(changes, this.#parts, { isKnownHere: onDue !== undefined }),
      );
      this.#large = done.catch(() => {});
      return done.then(({ statuses, providerIds }) => {
        for (const providerId of providerIds) onDue?.(providerId);
        return statuses;
      });
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ changes, onDue, resolve, reject });
      this.#working ??= this.#work();
    });
  }

  /** Fulfilled when every call made so far is recorded or refused. */
  async settle(): Promise<void> {
    await Promise.all([this.#working, this.#large]);
    await Promise.all(this.#aside);
  }

  async #work(): Promise<void> {
    // Lets calls of the same turn of the event loop come together.
    await undefined;
    while (this.#waiting.length > 0) await this.#commit(this.#take());
    this.#working = undefined;
  }

  #take(): WaitingCall[] {
    let [count, size] = [0, 0];
    for (const { changes } of this.#waiting) {
      size += changes.length;
      if (count > 0 && size > MAX_TOGETHER) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #commit(calls: WaitingCall[], waitMs = SHORT_WAIT_MS): Promise<void> {
    try {
      const together = calls.map(({ changes }) => changes);
      const { statuses, providerIds } = await recordCalls(together, this.#parts, {
        lockTimeoutMs: waitMs,
        isKnownHere: calls.every(({ onDue }) => onDue !== undefined),
      });
      for (const [index, { onDue, resolve }] of calls.entries()) {
        for (const providerId of providerIds) onDue?.(providerId);
        resolve(statuses[index] ?? []);
      }
    } catch (error) {
      if (isSilence(error)) {
        for (const { reject } of calls) reject(error);
        if (waitMs === SHORT_WAIT_MS) this.#rejectWaiting();
      } else if (calls.length > 1 && (error as EnforcementError).outcome !== "unknown") {
        // A call that cannot be recorded must not fail the others.
        for (const call of calls) await this.#commit([call]);
      } else if (isLockTimeout(error) && waitMs < LONG_WAIT_MS) this.#commitAside(calls);
      else for (const { reject } of calls) reject(error);
    }
  }

  /** Calls that waited behind a silent connection have waited as long as a call may take. */
  #rejectWaiting(): void {
    for (const { reject } of this.#waiting.splice(0)) reject(toLedgerError(new NoAnswer("answer"), "record"));
  }

  #commitAside(calls: WaitingCall[]): void {
    const done = this.#commit(calls, LONG_WAIT_MS).then(() => void this.#aside.delete(done));
    this.#aside.add(done);
  }
}
