import { randomUUID } from "node:crypto";
import { EnforcementError } from "../../../core/errors.ts";
import { fieldError } from "../../../core/fields.ts";
import { settledWithin } from "../../pace/timers.ts";
import { type After, NoAnswer } from "../connect/bounds.ts";
import { borrow, giveBack, type PostgresClient, type PostgresPool } from "../connect/connection.ts";
import { toLedgerError } from "../connect/errors.ts";

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
const HEARTBEAT_MS = 10_000;

// PostgreSQL delivers a notification within a millisecond or two.
const HEARD_WITHIN_MS = 5_000;

interface Listening {
  readonly channel: string;
  onNotification(payload: string): void;
  /** Called after every connection: notifications from before it were missed. */
  onConnect(): void;
}

/**
 * One connection of the pool that receives PostgreSQL's notifications of other processes' commits. It is replaced when
 * it is lost. A query every ten seconds notices a connection that is silent.
 */
export class PostgresListener {
  readonly #pool: PostgresPool;
  #listening: Listening | undefined;
  #client: PostgresClient | undefined;
  #cancelTimer = (): void => {};
  #pauseMs = FIRST_PAUSE_MS;
  /** The error of the first connection. */
  #refusal: unknown;
  readonly #after: After;
  readonly #random: () => number;

  constructor(pool: PostgresPool, { after, random }: { after: After; random: () => number }) {
    this.#pool = pool;
    this.#after = after;
    this.#random = random;
  }

  async listen(listening: Listening): Promise<void> {
    this.#listening = listening;
    try {
      await this.#connect(listening);
    } catch (error) {
      this.#refusal = error;
      this.close();
      throw error;
    }
  }

  /**
   * Checks that what another connection commits is heard here. A pooler that shares connections between transactions
   * accepts LISTEN, and no notification ever arrives.
   *
   * @throws EnforcementError `invalid_config` naming `pool` when no notification arrives; `unavailable` when the
   * listener is not connected, or the pool has no second connection
   */
  async requireNotifications(): Promise<void> {
    const client = this.#client;
    if (client === undefined) throw toLedgerError(this.#refusal, "open");
    const channel = `enforcement_${randomUUID()}`;
    let isHeard = false;
    let hear = () => {};
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    const onNotification = (message: { channel: string }) => {
      if (message.channel !== channel) return;
      isHeard = true;
      hear();
    };
    client.on("notification", onNotification);
    try {
      await client.query(`LISTEN "${channel}"`);
      await this.#pool.query("SELECT pg_notify($1, '')", [channel]);
      // No statement is sent meanwhile: for a statement, a pooler might lend just the server connection that hears.
      await settledWithin(HEARD_WITHIN_MS, heard, this.#after);
      if (!isHeard) throw noNotifications();
      await client.query(`UNLISTEN "${channel}"`);
    } catch (error) {
      if (error instanceof NoAnswer && error.awaited === "connection") throw noConnection();
      throw toLedgerError(error, "open");
    } finally {
      client.removeListener("notification", onNotification);
    }
  }

  close(): void {
    this.#listening = undefined;
    this.#cancelTimer();
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
      // A lost connection was given back when its loss was noticed.
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
    this.#cancelTimer();
    giveBack(client, true);
    this.#scheduleReconnect();
  }

  #scheduleReconnect(): void {
    // One timer at a time: two would make two connections, and only one of them would ever be given back.
    this.#cancelTimer();
    this.#cancelTimer = this.#after(this.#pauseMs * this.#random(), () => {
      if (this.#listening === undefined) return;
      this.#connect(this.#listening).catch(() => {
        this.#pauseMs = Math.min(this.#pauseMs * 2, MAX_PAUSE_MS);
        if (this.#listening !== undefined) this.#scheduleReconnect();
      });
    });
  }

  /** A connection can be lost silently, or be another session than the one that listened. */
  #scheduleHeartbeat(client: PostgresClient): void {
    this.#cancelTimer = this.#after(HEARTBEAT_MS, async () => {
      const isAlive = await this.#hears(client);
      if (this.#client !== client) return;
      if (isAlive) this.#scheduleHeartbeat(client);
      else this.#lose(client);
    });
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

function noConnection(): Error {
  return new EnforcementError(
    "unavailable",
    "The pool of the ledger gives no second connection: set its max to 3 or more, or end what holds its connections.",
    { operation: "open", field: "pool" },
  );
}

function noNotifications(): Error {
  return fieldError(
    "pool",
    "its connections are not sessions of their own: a notification of PostgreSQL (LISTEN, NOTIFY) does not arrive. A pooler such as PgBouncer in transaction mode stands in between: put it into session mode for the ledger (pool_mode = session), or connect the ledger's pool to PostgreSQL itself.",
    "invalid_config",
  );
}
