import { isEnforcementError } from "../../../core/errors.ts";
import { MAX_LOCK_WAIT_MS } from "./bounds.ts";
import { isLost, isSilence, isWorthRepeating, toLedgerError } from "./errors.ts";

/** Rows as `pg` returns them. */
export interface PostgresResult {
  rows: Record<string, unknown>[];
  rowCount: number | null;
}

/** A listener of `pg` events. The method syntax makes its parameters bivariant, so that any listener fits. */
export type PostgresEventListener = { call(...values: unknown[]): void }["call"];

/** A connection of a pool, as `pg` defines it. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** Returns the connection to the pool. With an argument, the connection is closed instead. */
  release(error?: Error | boolean): void;
  on(event: string, listener: PostgresEventListener): unknown;
  removeListener(event: string, listener: PostgresEventListener): unknown;
}

/** A `Pool` of `pg`, version 8.0.3 or later. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  connect(callback: (error: Error | undefined, client: PostgresClient | undefined) => void): void;
  on(event: string, listener: PostgresEventListener): unknown;
  removeListener(event: string, listener: PostgresEventListener): unknown;
}

/** Runs statements: a pool, a connection, or a host's transaction. */
export type PostgresRunner = Pick<PostgresPool, "query">;

const ATTEMPTS = 4;
const PAUSE_MS = 25;

// PostgreSQL does not notice that a silent connection was given up. It ends that connection's transaction, and frees
// its locks, after this time.
const SILENT_TRANSACTION_MS = 15_000;

/**
 * Runs one statement that may be repeated: it only reads, or its second run changes nothing. After a lost connection it
 * runs again on another one. After a silent one it does not, because the statement may have been carried out.
 */
export function query(
  runner: PostgresRunner,
  operation: string,
  [text, values]: readonly [text: string, values?: unknown[]],
): Promise<PostgresResult> {
  return repeat(operation, async () => {
    try {
      return await runner.query(text, values);
    } catch (error) {
      if (isSilence(error, "answer")) throw toLedgerError(error, operation, "unknown");
      throw error;
    }
  });
}

/**
 * The operation that a transaction is for, and how long it waits for locked rows, in milliseconds; default 8 seconds.
 */
export type TransactionTerms = { readonly operation: string; readonly lockTimeoutMs?: number };

/** Runs statements in one transaction. Starts again when PostgreSQL gave the transaction up before its end. */
export function inTransaction<Result>(
  pool: PostgresPool,
  { operation, lockTimeoutMs = MAX_LOCK_WAIT_MS }: TransactionTerms,
  work: (client: PostgresClient) => Promise<Result>,
): Promise<Result> {
  return repeat(operation, async () => {
    const client = await borrow(pool);
    let broken: Error | undefined;
    try {
      await client.query(
        `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${lockTimeoutMs}; ` +
          `SET LOCAL idle_in_transaction_session_timeout = ${SILENT_TRANSACTION_MS}`,
      );
      const result = await work(client);
      await commit(client, operation);
      return result;
    } catch (error) {
      // A connection in an unknown state must not go back to the pool.
      broken = error as Error;
      throw error;
    } finally {
      giveBack(client, broken);
    }
  });
}

/**
 * Borrows a connection of the pool; {@link giveBack} returns it. The pool does not listen for errors of a lent
 * connection, and an unheard error would end the process, so a listener is attached in the callback itself: the promise
 * form of `connect` resolves too late for that.
 */
export function borrow(pool: PostgresPool): Promise<PostgresClient> {
  return new Promise((resolve, reject) => {
    pool.connect((error, client) => {
      if (client === undefined) {
        reject(error);
        return;
      }
      client.on("error", ignore);
      resolve(client);
    });
  });
}

/** Returns a borrowed connection; with `broken`, it is closed. */
export function giveBack(client: PostgresClient, broken?: Error | boolean): void {
  client.removeListener("error", ignore);
  client.release(broken);
}

function ignore(): void {}

/** Thrown to roll back a transaction on purpose. It counts as no failure and is not repeated. */
export class NothingToCommit extends Error {}

async function commit(client: PostgresClient, operation: string): Promise<void> {
  try {
    await client.query("COMMIT");
  } catch (error) {
    // The connection is gone, so it is unknown whether the transaction was committed.
    if (!isLost(error)) throw error;
    throw toLedgerError(error, operation, "unknown");
  }
}

async function repeat<Result>(operation: string, attempt: () => Promise<Result>): Promise<Result> {
  for (let count = 1; ; count++) {
    try {
      return await attempt();
    } catch (error) {
      if (isEnforcementError(error) || error instanceof TypeError) throw error;
      if (error instanceof NothingToCommit) throw error;
      if (count >= ATTEMPTS || !isWorthRepeating(error)) throw toLedgerError(error, operation);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * 2 ** count * Math.random()));
    }
  }
}
