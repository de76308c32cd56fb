/**
 * What became of a refused operation.
 *
 * | status | meaning |
 * |---|---|
 * | `done` | the change is durable: sync sends the operation again, or does not try it any more |
 * | `gone` | the operation is not refused any more: it was carried out, is not needed, or was dismissed; nothing was changed |
 * | `conflict` | something newer is under way for this registration: sync is sending another operation of it, or it was refused again since the filter selected it, or work on its permit went on for more than two minutes; nothing was changed |
 */
export type FailureStatus = "done" | "gone" | "conflict";

/** What `retry` and `dismiss` return for a key. */
export interface FailureResult {
  readonly key: string;
  readonly status: FailureStatus;
}

/** What `retry` and `dismiss` return for a filter. */
export interface FailuresReport {
  /** Whether nothing was changed because the call said so. */
  readonly dryRun: boolean;
  /** Refused operations that the filter selected. Except in a dry run, it is the sum of the next three. */
  readonly matched: number;
  readonly done: number;
  readonly gone: number;
  readonly conflicts: number;
  /** The first 1,000 of each status, in the order in which they ended. In a dry run each is `matched`, oldest first. */
  readonly items: readonly FailuresReportItem[];
}

/** One refused operation of a {@link FailuresReport}. */
export interface FailuresReportItem {
  readonly key: string;
  readonly status: FailureStatus | "matched";
}

const MAX_ITEMS_PER_STATUS = 1_000;

/** Counts what became of refused operations, and lists the first of each kind. */
export class FailuresTally {
  readonly #counts = { matched: 0, done: 0, gone: 0, conflict: 0 };
  readonly #items: FailuresReportItem[] = [];

  add(item: FailuresReportItem): void {
    this.#counts[item.status] += 1;
    if (this.#counts[item.status] <= MAX_ITEMS_PER_STATUS) this.#items.push(item);
  }

  toReport(dryRun: boolean): FailuresReport {
    const { matched, done, gone, conflict } = this.#counts;
    const items = this.#items;
    return { dryRun, matched: matched + done + gone + conflict, done, gone, conflicts: conflict, items };
  }
}
