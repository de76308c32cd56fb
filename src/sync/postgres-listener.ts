import { borrow, giveBack, type PostgresClient, type PostgresPool } from "./postgres-connection.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 10_000;
const HEARTBEAT_MS = 10_000;

interface Listening {
  readonly channel: string;
  onNotification(payload: string): void;
  /** After every connection: what was said before it was not heard. */
  onConnect(): void;
}

/** One connection of the pool on which PostgreSQL tells of what others committed. Replaced when it is lost. */
export class PostgresListener {
  readonly #pool: PostgresPool;
  #listening: Listening | undefined;
  #client: PostgresClient | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(pool: PostgresPool) {
    this.#pool = pool;
  }

  async listen(listening: Listening): Promise<void> {
    this.#listening = listening;
    try {
      await this.#connect(listening);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#listening = undefined;
    clearTimeout(this.#timer);
    if (this.#client !== undefined) giveBack(this.#client, true);
    this.#client = undefined;
  }

  async #connect(listening: Listening): Promise<void> {
    const client = await borrow(this.#pool);
    const lose = () => this.#lose(client);
    client.on("error", lose);
    client.on("end", lose);
    client.on("notification", ({ channel, payload }: { channel: string; payload?: string }) => {
      if (channel === listening.channel && payload !== undefined) listening.onNotification(payload);
    });
    this.#client = client;
    try {
      await client.query(`LISTEN "${listening.channel}"`);
    } catch (error) {
      // Lost, it was given back when that was heard of.
      if (this.#client === client) {
        this.#client = undefined;
        giveBack(client, true);
      }
      throw error;
    }
    if (this.#listening === undefined) return this.close();
    this.#pauseMs = FIRST_PAUSE_MS;
    this.#scheduleHeartbeat(client);
    listening.onConnect();
  }

  #lose(client: PostgresClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    clearTimeout(this.#timer);
    giveBack(client, true);
    this.#scheduleReconnect();
  }

  #scheduleReconnect(): void {
    // One at a time: two would make two connections, and only one of them would ever be given back.
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#listening === undefined) return;
      this.#connect(this.#listening).catch(() => {
        this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
        if (this.#listening !== undefined) this.#scheduleReconnect();
      });
    }, this.#pauseMs * Math.random());
  }

  /** A connection can be gone without a word, or be another session than the one that listened. */
  #scheduleHeartbeat(client: PostgresClient): void {
    this.#timer = setTimeout(async () => {
      const isAlive = await Promise.race([this.#hears(client), pause(HEARTBEAT_MS / 2)]);
      if (this.#client !== client) return;
      if (isAlive === true) this.#scheduleHeartbeat(client);
      else this.#lose(client);
    }, HEARTBEAT_MS);
  }

  async #hears(client: PostgresClient): Promise<boolean> {
    try {
      const { rows } = await client.query("SELECT pg_listening_channels() AS channel");
      return rows.some(({ channel }) => channel === this.#listening?.channel);
    } catch {
      return false;
    }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
}
