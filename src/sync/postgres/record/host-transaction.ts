import { EnforcementError, isEnforcementError } from "../../../core/errors.ts";
import { fieldError } from "../../../core/fields.ts";
import type { ChangeStatus, LedgerChange } from "../../ledger/ledger.ts";
import { MAX_LOCK_WAIT_MS, NoAnswer } from "../connect/bounds.ts";
import type { PostgresPool, PostgresResult, PostgresRunner } from "../connect/connection.ts";
import { codeOf, toLedgerError } from "../connect/errors.ts";
import { type PostgresDependencies, writeSlices } from "./record.ts";
import { MadeMeanwhile } from "./write-permits.ts";

const ATTEMPTS = 3;

const HOW =
  "Take a client of pg (`await pool.connect()`), call BEGIN on it, give it here, and call COMMIT afterwards.";

/** By PostgreSQL's code: why the ledger cannot write in a transaction. */
const UNUSABLE: Readonly<Record<string, string>> = {
  "25P01": `no transaction is open on it. ${HOW}`,
  "25P02": "it has failed already. Call ROLLBACK on it, and begin another.",
  "25006": "it is read only. Begin one that may write.",
  "42P01": "it is of another database: the ledger's tables are not there.",
  "42501": "its role may not use the ledger's tables. Take a client of a role that may.",
};

/**
 * Checks that a value looks like a client of `pg` with an open transaction.
 *
 * @throws EnforcementError `invalid_input` naming `transaction`
 */
export function readTransaction(given: unknown, pool: PostgresPool): PostgresRunner {
  const client = given as Partial<PostgresRunner> & { totalCount?: unknown; _connected?: unknown };
  if (typeof given !== "object" || given === null || typeof client.query !== "function")
    throw fieldError("transaction", `must be a client of pg with an open transaction. ${HOW}`);
  if (given === pool || typeof client.totalCount === "number")
    throw fieldError("transaction", `is a pool, whose statements run on any of its connections. ${HOW}`);
  // `pg` queues statements until the client is connected, which may never happen.
  if (client._connected === false)
    throw fieldError("transaction", `is a client without a connection. ${HOW}`);
  return client as PostgresRunner;
}

/**
 * Records one call inside a host's transaction, behind a savepoint: a failure leaves the host's own work unchanged.
 *
 * @throws EnforcementError `invalid_input` naming `transaction` when it is not an open transaction, and then nothing is
 * written
 */
export async function recordInTransaction(
  changes: readonly LedgerChange[],
  transaction: PostgresRunner,
  parts: PostgresDependencies,
): Promise<ChangeStatus[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      await transaction.query("SAVEPOINT offstreet_enforcement");
    } catch (error) {
      throw toTransactionError(error);
    }
    try {
      const waitsForLocks = await beginToWrite(transaction);
      const { statuses } = await writeSlices(transaction, changes, {
        ...parts,
        byMarks: true,
        // The transaction may be rolled back, so this process too learns of it when that commits.
        isKnownHere: false,
      });
      if (statuses.includes("conflict"))
        await transaction.query("ROLLBACK TO SAVEPOINT offstreet_enforcement");
      else await transaction.query(`${waitsForLocks} RELEASE SAVEPOINT offstreet_enforcement`);
      return statuses;
    } catch (error) {
      // A silent connection would not answer the rollback either.
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
    // The connection is lost, and the transaction with it.
  }
}

// Limits the wait for locks where the host has set no limit, so that PostgreSQL gives up before the ledger does, and
// the host's transaction can go on from the savepoint.
const BEGIN_TO_WRITE = `
  SELECT 'open' AS state, current_setting('lock_timeout') AS lock_timeout,
         CASE WHEN current_setting('lock_timeout') = '0'
              THEN set_config('lock_timeout', '${MAX_LOCK_WAIT_MS}', true) END AS changed_to`;

/**
 * Sets the limit, and refuses a value that does not answer like `pg`, before anything is written. Returns the statement
 * that restores the host's own setting.
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
