import { EnforcementError, isEnforcementError } from "../../../core/errors.ts";
import { fieldError } from "../../../core/fields.ts";
import { NoAnswer } from "./bounds.ts";

const LOCK_TIMEOUT = "55P03";
const STATEMENT_CANCELLED = "57014";
const NO_TEXT = "22021";
const READ_ONLY = "25006";

const OTHER_TABLES = {
  field: "schema",
  problem:
    "the tables there are not those of this version of the package: a table or a column is missing or of another type. Another build or another program made or changed them. Name another schema, or restore them.",
};

/** The errors of `open`, by PostgreSQL's code, that no later attempt can overcome. */
const UNFIT: Readonly<Record<string, { readonly field: string; readonly problem: string }>> = {
  "08P01": {
    field: "pool",
    problem:
      "what it connects to refuses the connection or a transaction (code 08P01), as PgBouncer does in statement mode. Put the pooler into session mode for the ledger (pool_mode = session), or connect the ledger's pool to PostgreSQL itself.",
  },
  "42501": {
    field: "pool",
    problem:
      "its role lacks a privilege on the ledger's schemas. Let it own their tables, or make and upgrade them with a role that does, and grant it USAGE on both schemas and ALL on all their tables.",
  },
  "42P01": OTHER_TABLES,
  "42703": OTHER_TABLES,
  "42804": OTHER_TABLES,
  "42883": OTHER_TABLES,
};

const lockTimeouts = new WeakSet<object>();

/** Whether a call failed because another transaction kept its rows locked. */
export function isLockTimeout(error: unknown): boolean {
  return typeof error === "object" && error !== null && lockTimeouts.has(error);
}

function noteLockTimeout(operation: string): EnforcementError {
  const error = new EnforcementError(
    "unavailable",
    "Another transaction keeps rows of the ledger locked for too long. End transactions soon after recording in them.",
    { operation },
  );
  lockTimeouts.add(error);
  return error;
}

/** The error that the caller gets. PostgreSQL's own message is left out: it quotes rows, and rows hold plates. */
export function toLedgerError(
  error: unknown,
  operation: string,
  outcome: "not_applied" | "unknown" = "not_applied",
): EnforcementError {
  if (isEnforcementError(error)) return error;
  if (error instanceof NoAnswer) return noteSilence(error, { operation, outcome });
  const code = codeOf(error);
  if (code === LOCK_TIMEOUT) return noteLockTimeout(operation);
  if (code === STATEMENT_CANCELLED) {
    return new EnforcementError(
      "unavailable",
      "PostgreSQL ended a statement of the ledger: the statement_timeout of its role or database is too short for it (10 seconds are enough), or an administrator cancelled it.",
      { operation },
    );
  }
  const unfit = operation === "open" ? UNFIT[code ?? ""] : undefined;
  if (unfit !== undefined) return fieldError(unfit.field, unfit.problem, "invalid_config");
  if (code === READ_ONLY) {
    return new EnforcementError(
      "unavailable",
      "The PostgreSQL of the ledger is read only (code 25006): it is a standby, or default_transaction_read_only was set meanwhile.",
      { operation },
    );
  }
  if (code === NO_TEXT) {
    return new EnforcementError(
      "invalid_input",
      "A text given to the ledger holds the character U+0000, or is no well-formed text; PostgreSQL cannot keep it.",
      { operation },
    );
  }
  const what = code === undefined ? "could not be reached" : `failed with code ${code}`;
  const remedy =
    outcome === "unknown"
      ? "It may have been committed; repeat the call."
      : "Repeat the call when it is back.";
  return new EnforcementError("unavailable", `The PostgreSQL of the ledger ${what}. ${remedy}`, {
    operation,
    outcome,
  });
}

const silences = new WeakMap<object, NoAnswer>();

/** Whether a call failed because no connection, or no answer on one, came in time. */
export function isSilence(error: unknown, awaited?: NoAnswer["awaited"]): boolean {
  if (typeof error !== "object" || error === null) return false;
  const silence = error instanceof NoAnswer ? error : silences.get(error);
  return silence !== undefined && (awaited === undefined || silence.awaited === awaited);
}

function noteSilence(
  silence: NoAnswer,
  { operation, outcome }: { operation: string; outcome: "not_applied" | "unknown" },
): EnforcementError {
  const what =
    silence.awaited === "connection"
      ? "The pool of the ledger gave no connection in time: all are in use, or PostgreSQL does not answer."
      : "The PostgreSQL of the ledger does not answer; the connection was closed.";
  const remedy =
    outcome === "unknown" ? "It may have been carried out; repeat the call." : "Repeat the call.";
  const error = new EnforcementError("unavailable", `${what} ${remedy}`, { operation, outcome });
  silences.set(error, silence);
  return error;
}

/** Whether the same statement may succeed right away. */
export function isWorthRepeating(error: unknown): boolean {
  if (error instanceof NoAnswer) return false;
  const code = codeOf(error);
  // Serialisation failures and deadlocks: PostgreSQL asks for another try.
  return code === "40001" || code === "40P01" || isLost(error);
}

/** Whether the connection was lost, rather than the statement refused. */
export function isLost(error: unknown): boolean {
  const code = codeOf(error);
  return code === undefined || /^(08|57P0|25P03)/.test(code) || /^E[A-Z]+$/.test(code);
}

/** PostgreSQL's code of an error, or the operating system's. */
export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[A-Z0-9_]{1,30}$/.test(code) ? code : undefined;
}
