import type { PgBoss } from "pg-boss";
import type { BoundedPool } from "../connect/bounded-pool.ts";
import type { After } from "../connect/bounds.ts";
import { inTransaction, type PostgresRunner } from "../connect/connection.ts";
import { createBoss, LATER_QUEUE, QUEUE_OPTIONS, queueOf, toBossDatabase } from "./boss.ts";
import { PostgresListener } from "./listener.ts";
import { ScheduledWakes, type ScheduledWakesOptions } from "./scheduled-wakes.ts";

// A host's transaction may hold the pool's last connection, and must not wait for another one without end.
const PREPARED_WITHIN_MS = 2_000;

// When pg-boss starts, it creates or upgrades its tables, one process after the other.
const BOSS_STARTED_WITHIN_MS = 60_000;

export interface PostgresWakesOptions extends Omit<ScheduledWakesOptions, "boss"> {
  readonly pool: BoundedPool;
  readonly after: After;
}

/**
 * Wakes machines through pg-boss. Each provider has a queue. A job in it is sent in the transaction that made something
 * due. When that transaction commits, every machine is notified, and one of them fetches the job even if none was
 * listening. The rows decide what is done: a lost wake costs time, and a superfluous one costs a look.
 */
export class PostgresWakes {
  readonly #options: PostgresWakesOptions;
  readonly #pool: BoundedPool;
  readonly #listener: PostgresListener;
  #engine: { readonly boss: PgBoss; readonly scheduled: ScheduledWakes } | undefined;
  readonly #prepared = new Map<string, Promise<boolean>>();
  /** Existing queues: the provider's id by the queue's name. */
  readonly #queues = new Map<string, string>();
  /** The providers that this process delivers for. */
  readonly #served = new Set<string>();
  readonly #watchers = new Set<(providerId: string) => void>();
  #isOpen = false;
  #isWorking = false;

  constructor(options: PostgresWakesOptions) {
    this.#options = options;
    this.#pool = options.pool;
    this.#listener = new PostgresListener(options.pool, options);
  }

  async open(): Promise<void> {
    const patient = this.#pool.allowing(BOSS_STARTED_WITHIN_MS);
    const runner = () => (this.#isOpen ? this.#pool : patient);
    const boss = await createBoss(
      { runner, schema: this.#options.schemaName, listener: this.#listener },
      {
        onNotification: (queue) => this.#tell(this.#queues.get(queue)),
        onConnect: () => this.#served.forEach((providerId) => void this.#tell(providerId)),
      },
    );
    this.#engine = { boss, scheduled: new ScheduledWakes({ ...this.#options, boss }) };
    try {
      await this.#boss.start();
      // Without notifications, pg-boss would silently fall back to polling.
      await this.#listener.requireNotifications();
      await this.#boss.createQueue(LATER_QUEUE, QUEUE_OPTIONS);
    } catch (error) {
      // First, because the listener may hold the only connection.
      this.#listener.close();
      await this.#boss.stop({ graceful: false });
      throw error;
    }
    this.#scheduled.open();
    this.#isOpen = true;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#isWorking = false;
    this.#watchers.clear();
    this.#served.clear();
    await this.#scheduled.close();
    await this.#boss.stop({ graceful: true, timeout: 5_000 });
  }

  /** Creates the missing queues of providers, for at most two seconds. A provider without a queue is not woken. */
  async prepare(providerIds: Iterable<string>): Promise<void> {
    const missing = [...providerIds].filter((providerId) => !this.#queues.has(queueOf(providerId)));
    if (missing.length === 0) return;
    await Promise.race([Promise.all(missing.map((id) => this.#makeQueue(id))), pause(PREPARED_WITHIN_MS)]);
  }

  /** Sends a wake for each provider in the transaction of `runner`: it is delivered only when that commits. */
  async announce(providerIds: readonly string[], runner: PostgresRunner): Promise<void> {
    await this.prepare(providerIds);
    const db = toBossDatabase(runner);
    for (const providerId of providerIds) {
      const queue = queueOf(providerId);
      if (this.#queues.has(queue)) await this.#boss.insert(queue, [{ retentionSeconds: 3_600 }], { db });
    }
  }

  /** Ensures that some machine looks again at `at`, by the database's clock, even if this one has died. */
  schedule(providerId: string, at: Date): void {
    if (this.#isOpen) this.#scheduled.noLaterThan(providerId, at);
  }

  /** Notes that this process delivers for the provider. */
  serve(providerId: string): void {
    if (this.#served.has(providerId)) return;
    this.#served.add(providerId);
    if (this.#watchers.size > 0) void this.#work(providerId);
  }

  watch(onDue: (providerId: string) => void): () => void {
    this.#watchers.add(onDue);
    if (!this.#isWorking) {
      this.#isWorking = true;
      void this.#workLater();
      for (const providerId of this.#served) void this.#work(providerId);
    }
    return () => this.#watchers.delete(onDue);
  }

  get #boss(): PgBoss {
    return this.#requireEngine().boss;
  }

  get #scheduled(): ScheduledWakes {
    return this.#requireEngine().scheduled;
  }

  #requireEngine() {
    if (this.#engine === undefined) throw new Error("The wakes are not open.");
    return this.#engine;
  }

  #tell(providerId: string | undefined): void {
    if (providerId === undefined) return;
    for (const onDue of this.#watchers) onDue(providerId);
  }

  #makeQueue(providerId: string): Promise<boolean> {
    const queue = queueOf(providerId);
    const known = this.#prepared.get(queue);
    if (known !== undefined) return known;
    const made = this.#boss.createQueue(queue, { ...QUEUE_OPTIONS, notify: true }).then(
      () => {
        this.#queues.set(queue, providerId);
        return true;
      },
      () => {
        this.#prepared.delete(queue);
        return false;
      },
    );
    this.#prepared.set(queue, made);
    return made;
  }

  /** Fetches a provider's wakes. Those without a notification are found by polling. */
  async #work(providerId: string): Promise<void> {
    try {
      if (!(await this.#makeQueue(providerId)) || !this.#isOpen) throw new Error("no queue");
      const options = { batchSize: 1_000, pollingIntervalSeconds: 2, notifyPollingIntervalSeconds: 30 };
      await this.#boss.work(queueOf(providerId), options, async () => this.#tell(providerId));
      this.#scheduled.lookAhead(providerId);
    } catch {
      // The next claim tries again.
      this.#served.delete(providerId);
    }
  }

  /** Wakes all machines that deliver for a provider when its next due instant has come. */
  async #workLater(): Promise<void> {
    try {
      const options = { batchSize: 100, pollingIntervalSeconds: 2 };
      await this.#boss.work<{ providerId: string }>(LATER_QUEUE, options, async (jobs) => {
        const providerIds = [...new Set(jobs.map(({ data }) => data.providerId))];
        await inTransaction(this.#pool, { operation: "wake" }, (client) =>
          this.announce(providerIds, client),
        );
        for (const providerId of providerIds) this.#scheduled.lookAhead(providerId);
      });
    } catch {
      this.#isWorking = false;
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
