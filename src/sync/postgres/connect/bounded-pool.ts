import { type After, ANSWERED_WITHIN_MS, answerWithin, CONNECTED_WITHIN_MS, NoAnswer } from "./bounds.ts";
import {
  borrow,
  giveBack,
  type PostgresClient,
  type PostgresEventListener,
  type PostgresPool,
  type PostgresResult,
  type PostgresRunner,
} from "./connection.ts";

/**
 * The host's pool with time bounds. A connection can go silent without being closed: a firewall forgets it, a machine
 * is gone. `pg` waits for its answer without end, and hides which connection a statement of `pool.query` runs on. So
 * every statement here borrows a connection of its own, and one that does not answer is closed.
 */
export class BoundedPool implements PostgresPool {
  readonly #pool: PostgresPool;
  readonly #after: After;
  readonly #answeredWithinMs: number;
  readonly #silence: Silence;

  constructor(
    pool: PostgresPool,
    after: After,
    { answeredWithinMs = ANSWERED_WITHIN_MS, silence = new Silence() } = {},
  ) {
    this.#pool = pool;
    this.#after = after;
    this.#answeredWithinMs = answeredWithinMs;
    this.#silence = silence;
  }

  /** The same pool for statements that may take longer. */
  allowing(answeredWithinMs: number): BoundedPool {
    return new BoundedPool(this.#pool, this.#after, { answeredWithinMs, silence: this.#silence });
  }

  async query(text: string, values?: unknown[]): Promise<PostgresResult> {
    const client = await borrow(this);
    let broken: Error | undefined;
    try {
      return await client.query(text, values);
    } catch (error) {
      broken = error as Error;
      throw error;
    } finally {
      giveBack(client, broken);
    }
  }

  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void {
    let isOver = false;
    const end = (error: Error | undefined, client: PostgresClient | undefined) => {
      isOver = true;
      cancel();
      callback(error, client);
    };
    const cancel = this.#after(CONNECTED_WITHIN_MS, () => end(new NoAnswer("connection"), undefined));
    const take = () => {
      this.#pool.connect((error, client) => {
        // The connection came after the call was rejected: the pool keeps it for the next one.
        if (isOver) client?.release();
        else if (client === undefined) end(error, undefined);
        else if (this.#silence.reaches(client)) {
          closeAtOnce(client);
          take();
        } else end(undefined, this.#bound(client));
      });
    };
    take();
  }

  on(event: string, listener: PostgresEventListener): unknown {
    return this.#pool.on(event, listener);
  }

  removeListener(event: string, listener: PostgresEventListener): unknown {
    return this.#pool.removeListener(event, listener);
  }

  #bound(client: PostgresClient): PostgresClient {
    const within = this.#answeredWithinMs;
    return {
      query: async (text, values) => {
        const sentAt = performance.now();
        try {
          const result = await answerWithin(within, client.query(text, values), this.#after);
          this.#silence.noteAnswer(client);
          return result;
        } catch (error) {
          if (error instanceof NoAnswer) this.#silence.noteSilent(sentAt);
          throw error;
        }
      },
      release: (broken) => client.release(broken),
      on: (event, listener) => client.on(event, listener),
      removeListener: (event, listener) => client.removeListener(event, listener),
    };
  }
}

/** A host's transaction with the time bound of a statement. The connection is the host's and is not closed here. */
export function boundRunner(runner: PostgresRunner, after: After): PostgresRunner {
  // A host's `query` may return no promise; the code that reads its answer refuses that.
  const ask = async (text: string, values?: unknown[]) => runner.query(text, values);
  return { query: (text, values) => answerWithin(ANSWERED_WITHIN_MS, ask(text, values), after) };
}

/**
 * Tells which connections may be silent: what silences one connection has usually silenced every other that has not
 * answered since.
 */
class Silence {
  #since = Number.NEGATIVE_INFINITY;
  readonly #answeredAt = new WeakMap<PostgresClient, number>();

  noteAnswer(client: PostgresClient): void {
    this.#answeredAt.set(client, performance.now());
  }

  noteSilent(sentAt: number): void {
    this.#since = Math.max(this.#since, sentAt);
  }

  /** Whether a connection may be silent. One that has not answered anything yet counts as new. */
  reaches(client: PostgresClient): boolean {
    const answeredAt = this.#answeredAt.get(client);
    return answeredAt !== undefined && answeredAt < this.#since;
  }
}

/** Closes a connection without waiting for PostgreSQL: `pg` waits for the server's end unless a statement is open. */
function closeAtOnce(client: PostgresClient): void {
  client.query("SELECT 1").catch(() => {});
  client.release(true);
}
