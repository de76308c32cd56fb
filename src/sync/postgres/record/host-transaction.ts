import { EnforcementError, isEnforcementError } from "../../../core/errors.ts";
import { fieldError } from "../../../core/fields.ts";
import type { ChangeStatus, LedgerChange } from "../../ledger/ledger.ts";
import { LOCKED_AT_MOST_MS, NoAnswer } from "../connect/bounds.ts";
import type { PostgresPool, PostgresResult, PostgresRunner } from "../connect/connection.ts";
import { codeOf, toLedgerError } from "../connect/errors.ts";
import { type PostgresParts, providersOf, writeSlices } from "./record.ts";
import { MadeMeanwhile } from "./write-permits.ts";

const ATTEMPTS = 3;

const HOW =
  "Take a client of pg (`await pool.connect()`), call BEGIN on it, give it here, and call COMMIT afterwards.";

/** What PostgreSQL refuses because the transaction is none that the ledger can write in, by its code. */
const UNUSABLE: Readonly<Record<string, string>> = {
  "25P01": `no transaction is open on it. ${HOW}`,
  "25P02": "it has failed already. Call ROLLBACK on it, and begin another.",
  "25006": "it is read only. Begin one that may write.",
  "42P01": "it is of another database: the ledger's tables are not there.",
  "42501": "its role may not use the ledger's tables. Take a client of a role that may.",
};

/**
 * A host's transaction, as far as it can be told from what else has a `query`.
 *
 * @throws EnforcementError `invalid_input` naming `transaction`
 */
export function readTransaction(given: unknown, pool: PostgresPool): PostgresRunner {
  const client = given as Partial<PostgresRunner> & { totalCount?: unknown; _connected?: unknown };
  if (typeof given !== "object" || given === null || typeof client.query !== "function")
    throw fieldError("transaction", `must be a client of pg with an open transaction. ${HOW}`);
  if (given === pool || typeof client.totalCount === "number")
    throw fieldError("transaction", `is a pool, whose statements run on any of its connections. ${HOW}`);
  // `pg` keeps what it is asked for until there is a connection, which may be never.
  if (client._connected === false)
    throw fieldError("transaction", `is a client without a connection. ${HOW}`);
  return client as PostgresRunner;
}

/**
 * Records one call inside a transaction of the host's. Behind a savepoint: what fails here leaves the host's own work
 * as it was.
 *
 * @throws EnforcementError `invalid_input` naming `transaction` when it is none; nothing is written then
 */
export async function recordInTransaction(
  changes: readonly LedgerChange[],
  transaction: PostgresRunner,
  parts: PostgresParts,
): Promise<ChangeStatus[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await transaction.query("SAVEPOINT offstreet_enforcement");
    } catch (error) {
      throw toTransactionError(error);
    }
    try {
      const waitsForLocks = await beginToWrite(transaction);
      await parts.wakes.prepare(providersOf(changes));
      const statuses = await writeSlices(transaction, changes, { ...parts, byMarks: true });
      if (statuses.includes("conflict"))
        await transaction.query("ROLLBACK TO SAVEPOINT offstreet_enforcement");
      else await transaction.query(`${waitsForLocks} RELEASE SAVEPOINT offstreet_enforcement`);
      return statuses;
    } catch (error) {
      // A connection that is silent would not answer to that either.
      if (error instanceof NoAnswer) throw silentTransaction();
      await rollBack(transaction);
      if (error instanceof MadeMeanwhile && attempt < ATTEMPTS) continue;
      throw toTransactionError(error);
    }
  }
}

async function rollBack(transaction: PostgresRunner): Promise<void> {
  try {
    await transaction.query("ROLLBACK TO SAVEPOINT offstreet_enforcement");
  } catch {
    // The connection is gone, and the transaction with it.
  }
}

// Behind the savepoint, PostgreSQL gives up waiting for a lock before the ledger does: the transaction can go on then.
const BEGIN_TO_WRITE = `
  SELECT 'open' AS state, current_setting('lock_timeout') AS lock_timeout,
         CASE WHEN current_setting('lock_timeout') = '0'
              THEN set_config('lock_timeout', '${LOCKED_AT_MOST_MS}', true) END AS changed_to`;

/**
 * Nothing is written through what does not answer as `pg` does. Gives the statement that makes the transaction wait for
 * locks as it did before.
 */
async function beginToWrite(transaction: PostgresRunner): Promise<string> {
  const result: Partial<PostgresResult> | undefined = await transaction.query(BEGIN_TO_WRITE);
  if (Array.isArray(result?.rows) && result.rows[0]?.["state"] === "open") {
    return result.rows[0]["lock_timeout"] === "0" ? "SET LOCAL lock_timeout = 0;" : "";
  }
  throw fieldError("transaction", `does not answer as a client of pg does, with rows. ${HOW}`);
}

function silentTransaction(): Error {
  return new EnforcementError(
    "unavailable",
    "The connection of the transaction does not answer. Close it (client.release(true)) and repeat the transaction.",
    { operation: "record", outcome: "unknown" },
  );
}

function toTransactionError(error: unknown): Error {
  if (error instanceof NoAnswer) return silentTransaction();
  if (isEnforcementError(error)) return error;
  const problem = UNUSABLE[codeOf(error) ?? ""];
  return problem === undefined ? toLedgerError(error, "record") : fieldError("transaction", problem);
}
