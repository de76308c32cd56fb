import type { ClockKeeper } from "../clock/clock-keeper.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { ClaimedDelivery, Ledger } from "../ledger/ledger.ts";
import { leastOf } from "../pace/claim-window.ts";
import type { Timers } from "../pace/timers.ts";

/** What one provider has claimed. */
export interface Claimed {
  readonly deliveries: readonly ClaimedDelivery[];
  /** When the claim was requested, by the monotonic clock. */
  readonly claimedAt: number;
  /** Whether these are all deliveries of the provider that were due. */
  readonly isAll: boolean;
}

interface Ask<Request, Answer> {
  readonly providerId: string;
  readonly request: Request;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (thrown: unknown) => void;
}

/** The most deliveries that one claim takes, of all providers together, unless very many providers ask. */
const MAX_CLAIMED = 1_600;

/** What one provider asks for. */
export interface ClaimLimits {
  /** Called right before the ledger is asked: what is recorded before is in the answer. Returns the most to claim. */
  readonly begin: () => number;
  /** How many operations share a request. */
  readonly batchSize: number;
}

/**
 * Asks the ledger for the work of all providers of a sync. Those that ask at the same time, or while an earlier question
 * is open, share one claim and one look ahead, so that the number of statements does not grow with the number of
 * providers. Each gets its own share, whatever the others have waiting.
 */
export class SharedClaims {
  readonly #ledger: Ledger;
  readonly #timers: Timers;
  readonly #clockKeeper: Pick<ClockKeeper, "cover">;
  readonly #claims = new SharedQuestion<ClaimLimits, Claimed>((asks) => this.#claimFor(asks));
  readonly #looks = new SharedQuestion<null, Date | undefined>((asks) => this.#lookFor(asks));

  constructor(parts: { ledger: Ledger; timers: Timers; clockKeeper: Pick<ClockKeeper, "cover"> }) {
    this.#ledger = parts.ledger;
    this.#timers = parts.timers;
    this.#clockKeeper = parts.clockKeeper;
  }

  /** Claims due deliveries of a provider. */
  claim(providerId: string, limits: ClaimLimits): Promise<Claimed> {
    return this.#claims.ask(providerId, limits);
  }

  /** When the next unclaimed delivery of a provider becomes due; undefined: none will. */
  findNextDue(providerId: string): Promise<Date | undefined> {
    return this.#looks.ask(providerId, null);
  }

  async #claimFor(asks: ReadonlyMap<string, ClaimLimits>): Promise<(providerId: string) => Claimed> {
    const share = Math.floor(MAX_CLAIMED / asks.size);
    const claimedAt = this.#timers.monotonic();
    const now = this.#timers.now();
    const covering = this.#clockKeeper.cover(now);
    if (covering !== undefined) await covering;
    const limits = new Map(
      [...asks].map(([providerId, { begin, batchSize }]) => {
        return [providerId, Math.min(begin(), Math.max(share, leastOf(batchSize)))];
      }),
    );
    const claimed = await this.#ledger.claim({ limits, now, leaseMs: LEASE_MS });
    const byProvider = Map.groupBy(claimed, ({ providerId }) => providerId);
    return (providerId) => {
      const deliveries = byProvider.get(providerId) ?? [];
      return { deliveries, claimedAt, isAll: deliveries.length < (limits.get(providerId) ?? 0) };
    };
  }

  async #lookFor(asks: ReadonlyMap<string, null>): Promise<(providerId: string) => Date | undefined> {
    const found = await this.#ledger.findNextDue([...asks.keys()]);
    return (providerId) => found.get(providerId);
  }
}

/** Puts the questions of several providers to the ledger together, one after the other. */
class SharedQuestion<Request, Answer> {
  readonly #put: (asks: ReadonlyMap<string, Request>) => Promise<(providerId: string) => Answer>;
  #waiting: Ask<Request, Answer>[] = [];
  #isOpen = false;

  constructor(put: (asks: ReadonlyMap<string, Request>) => Promise<(providerId: string) => Answer>) {
    this.#put = put;
  }

  ask(providerId: string, request: Request): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ providerId, request, resolve, reject });
      if (!this.#isOpen) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isOpen = true;
    // Providers that a change wakes together ask in one turn.
    await undefined;
    while (this.#waiting.length > 0) {
      const asks = this.#waiting;
      this.#waiting = [];
      try {
        const answerOf = await this.#put(
          new Map(asks.map(({ providerId, request }) => [providerId, request])),
        );
        for (const { providerId, resolve } of asks) resolve(answerOf(providerId));
      } catch (thrown) {
        for (const { reject } of asks) reject(thrown);
      }
    }
    this.#isOpen = false;
  }
}
