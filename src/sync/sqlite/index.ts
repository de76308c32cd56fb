/**
 * The embedded ledger: one process writes it, others on the same machine may read it.
 *
 * @module @offstreet/enforcement/sqlite
 */

export { type SqliteLedger, type SqliteLedgerOptions, sqliteLedger } from "./sqlite-ledger.ts";
export { type SqliteReader, type SqliteReaderOptions, sqliteReader } from "./sqlite-reader.ts";
