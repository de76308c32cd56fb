import { isEnforcementError } from "../../../core/errors.ts";
import { LOCKED_AT_MOST_MS } from "./bounds.ts";
import { isLost, isSilence, isWorthRepeating, toLedgerError } from "./errors.ts";

/** Rows as `pg` gives them. */
export interface PostgresResult {
  rows: Record<string, unknown>[];
  rowCount: number | null;
}

/** What `pg` calls on events; written as a method, so that any listener fits. */
export type PostgresEventListener = { call(...values: unknown[]): void }["call"];

/** A connection of a pool, as `pg` has it. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<PostgresResult>;
  /** Gives it back to the pool; with an argument, it is closed instead. */
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

/** What runs statements: a pool, a connection, or a transaction of the host's. */
export type PostgresRunner = Pick<PostgresPool, "query">;

const ATTEMPTS = 4;
const PAUSE_MS = 25;

// PostgreSQL does not hear that a silent connection was given up. So long it keeps what a transaction of ours has locked.
const SILENT_TRANSACTION_MS = 15_000;

/**
 * Runs one statement that may be repeated, which is: one that reads, or whose second run changes nothing. A connection
 * that was lost is replaced by another; one that does not answer is not: it may have been carried out.
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

/** What a transaction of ours is for, and how long it waits for rows that another one keeps locked; default 8 s. */
export type TransactionTerms = { readonly operation: string; readonly lockTimeoutMs?: number };

/** Runs statements of ours in one transaction, again from the start when PostgreSQL gave it up before its end. */
export function inTransaction<Result>(
  pool: PostgresPool,
  { operation, lockTimeoutMs = LOCKED_AT_MOST_MS }: TransactionTerms,
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
      // A connection in an unknown state is nobody's.
      broken = error as Error;
      throw error;
    } finally {
      giveBack(client, broken);
    }
  });
}

/**
 * A connection of the pool, for {@link giveBack}. While it is lent the pool does not listen to it, and one that drops
 * would end the process: so somebody listens from the very moment on. A promise of the pool's comes too late for that.
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

/** Ends the loan of a connection; with `broken`, it is closed. */
export function giveBack(client: PostgresClient, broken?: Error | boolean): void {
  client.removeListener("error", ignore);
  client.release(broken);
}

function ignore(): void {}

/** Ends a transaction of ours that is to leave nothing. It is nobody's failure, and is not repeated. */
export class NothingToCommit extends Error {}

async function commit(client: PostgresClient, operation: string): Promise<void> {
  try {
    await client.query("COMMIT");
  } catch (error) {
    // Once the connection is gone nobody can tell whether it was committed: saying so is all that is left.
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
