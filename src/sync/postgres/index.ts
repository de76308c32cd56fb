/**
 * The ledger in PostgreSQL, for hosts that run on several machines.
 *
 * @module @offstreet/enforcement/postgres
 */

export type { Ledger, LedgerTransaction } from "../ledger/ledger.ts";
export type {
  PostgresClient,
  PostgresEventListener,
  PostgresPool,
  PostgresResult,
} from "./connect/connection.ts";
export { type PostgresLedgerOptions, postgresLedger } from "./postgres-ledger.ts";
