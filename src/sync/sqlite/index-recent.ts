import type { RecentPermits } from "./recent-permits.ts";
import type { Writer } from "./writer.ts";

interface IndexingDependencies {
  readonly writer: Writer;
  readonly recent: RecentPermits;
  /** How many recent permits may wait before they are added to the indexes. */
  readonly mostRecent: number;
}

/** Adds recent permits to the file's indexes, on behalf of the thread that records them. */
export function createIndexing({ writer, recent, mostRecent }: IndexingDependencies) {
  let running: Promise<void> | undefined;
  let isAskedAgain = false;

  async function run(): Promise<void> {
    let isUpToDate: boolean;
    do {
      isAskedAgain = false;
      recent.turn();
      isUpToDate = await bringUpToDate(writer);
      recent.endTurn(isUpToDate);
    } while (isAskedAgain || (isUpToDate && recent.count >= mostRecent));
    running = undefined;
  }

  /**
   * Fulfilled when every permit recorded before the call is in the indexes. Never rejects: when it fails, the permits
   * are still found as recent ones.
   */
  function addToIndexes(): Promise<void> {
    if (running === undefined) running = run();
    else isAskedAgain = true;
    return running;
  }

  return {
    addToIndexes,
    /** Adds recent permits when many are waiting. */
    addIfMany(): void {
      if (running === undefined && recent.count >= mostRecent) running = run();
    },
  };
}

/** Updates the indexes in steps, between which other calls may write. Returns whether it succeeded. */
async function bringUpToDate(writer: Writer): Promise<boolean> {
  try {
    let { indexed, last } = await writer.ask("index", null);
    while (indexed < last) ({ indexed } = await writer.ask("index", null));
    return true;
  } catch {
    return false;
  }
}
