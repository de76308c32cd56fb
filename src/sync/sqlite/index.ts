/**
 * The embedded ledger, for hosts that run in one process.
 *
 * @module @offstreet/enforcement/sqlite
 */

export { type SqliteLedger, type SqliteLedgerOptions, sqliteLedger } from "./sqlite-ledger.ts";
