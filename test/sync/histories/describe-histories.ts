import { afterAll, beforeAll, describe, it } from "vitest";
import { suiteSize } from "../../support/suite-size.ts";
import { checkHistories } from "./check-histories.ts";
import type { generateHistory } from "./generate-history.ts";
import type { LedgerHomes } from "./ledger-home.ts";

/** The random histories of one ledger. */
export interface HistorySuite {
  /** Where the ledger is, as in "a ledger in memory". */
  readonly place: string;
  openHomes(): Promise<LedgerHomes>;
  /** How many histories run, see {@link suiteSize}, and from which seed on: each has the seed of the one before it plus one. */
  readonly count: { readonly quick: number; readonly full: number };
  readonly firstSeed: number;
  /** Histories of smaller size, for ledgers that really write. */
  readonly size?: Parameters<typeof generateHistory>[1];
  /** In how many test files they run: a history keeps one thread busy, and the files run side by side. */
  readonly parts: number;
}

/**
 * Every `parts`-th history of a suite, from the one at `part` on (1 is the first). `HISTORY_COUNT` replaces the number
 * of the whole suite and `SEED` its first seed, so that `SEED=… HISTORY_COUNT=1` repeats one that failed, in part 1.
 */
export function describeHistories(suite: HistorySuite, part: number): void {
  const { place, openHomes, parts, size } = suite;
  const count = suiteSize("HISTORY_COUNT", suite.count);
  const first = Number(process.env["SEED"] ?? suite.firstSeed);
  const seeds = Array.from({ length: count }, (_, index) => first + index).filter(
    (seed) => (seed - first) % parts === part - 1,
  );

  describe.skipIf(seeds.length === 0)("the promise of durable sync, in random histories", () => {
    let homes: LedgerHomes;
    beforeAll(async () => {
      homes = await openHomes();
    });
    afterAll(() => homes.close());

    it(`holds with a ledger in ${place}, part ${part} of ${parts}`, { timeout: 7_200_000 }, async () => {
      await checkHistories(seeds, homes.createHome, size);
    });
  });
}
