import type { PgBoss } from "pg-boss";
import { inTransaction, type PostgresPool, type PostgresRunner } from "../connect/connection.ts";
import type { DatabaseClock } from "../database-clock.ts";
import { LATER_QUEUE, queueOf, toBossDatabase } from "./boss.ts";

/** When the next delivery of each provider can be claimed, and the current instant, both by the database's clock. */
export type NextDue = (
  providerIds: readonly string[],
  runner: PostgresRunner,
) => Promise<{ dueAt: ReadonlyMap<string, Date>; now: Date }>;

// Deliveries that are due already are being claimed, or their machines are busy: a later look does no harm.
const LOOK_AGAIN_MS = 15_000;

export interface ScheduledWakesOptions {
  readonly pool: PostgresPool;
  readonly boss: PgBoss;
  readonly clock: DatabaseClock;
  readonly schemaName: string;
  readonly findNextDue: NextDue;
}

/**
 * Keeps one waiting job per provider, for its next due instant. The job is only moved to earlier instants: the process
 * that fetches it looks at the rows and sends the next one.
 */
export class ScheduledWakes {
  readonly #clock: DatabaseClock;
  readonly #pool: PostgresPool;
  readonly #boss: PgBoss;
  readonly #schemaName: string;
  readonly #findNextDue: NextDue;
  /**
   * The instant that the waiting job is not later than, as far as this process knows; in milliseconds, by the
   * database's clock.
   */
  readonly #known = new Map<string, number>();
  readonly #running = new Map<string, Promise<void>>();
  /** The earliest instant that became due while a job was being sent. */
  readonly #missed = new Map<string, number>();
  #isOpen = false;

  constructor(options: ScheduledWakesOptions) {
    this.#clock = options.clock;
    this.#pool = options.pool;
    this.#boss = options.boss;
    this.#schemaName = options.schemaName;
    this.#findNextDue = options.findNextDue;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Sends or moves the job, unless it is early enough already. */
  noLaterThan(providerId: string, at: Date): void {
    const known = this.#known.get(providerId) ?? 0;
    if (known > (this.#clock.now()?.getTime() ?? 0) && known <= at.getTime()) return;
    if (!this.#running.has(providerId)) this.lookAhead(providerId);
    else this.#missed.set(providerId, Math.min(this.#missed.get(providerId) ?? at.getTime(), at.getTime()));
  }

  /** Sends the job for the next due instant. */
  lookAhead(providerId: string): void {
    if (!this.#isOpen || this.#running.has(providerId)) return;
    const run = this.#send(providerId)
      .catch(() => void this.#known.delete(providerId))
      .then(() => {
        this.#running.delete(providerId);
        const missed = this.#missed.get(providerId);
        this.#missed.delete(providerId);
        if (missed !== undefined) this.noLaterThan(providerId, new Date(missed));
      });
    this.#running.set(providerId, run);
  }

  /** Fulfilled when no job is being sent any more. Later calls send none. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#running.values());
  }

  async #send(providerId: string): Promise<void> {
    const key = queueOf(providerId);
    await inTransaction(this.#pool, { operation: "schedule" }, async (client) => {
      // One process at a time, so that each sees the rows of those before it.
      const lock = `enforcement wake ${this.#schemaName} ${providerId}`;
      await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [lock]);
      const found = await this.#findNextDue([providerId], client);
      const { now } = found;
      const dueAt = found.dueAt.get(providerId);
      if (dueAt === undefined) return;
      const db = toBossDatabase(client);
      const [job] = await this.#boss.findJobs(LATER_QUEUE, { key, queued: true, db });
      const waiting = job === undefined ? Number.POSITIVE_INFINITY : new Date(job.startAfter).getTime();
      const startAfter = dueAt > now ? dueAt : new Date(now.getTime() + LOOK_AGAIN_MS);
      this.#known.set(providerId, Math.min(waiting, startAfter.getTime()));
      if (waiting <= startAfter.getTime()) return;
      if (job === undefined) {
        const options = { singletonKey: key, startAfter, retentionSeconds: 30 * 86_400, db };
        await this.#boss.send(LATER_QUEUE, { providerId }, options);
      } else {
        await this.#boss.update(LATER_QUEUE, undefined, { id: job.id, startAfter, db });
      }
    });
  }
}
