/** The embedded ledger: `@offstreet/enforcement/sqlite`. */
export { type SqliteLedger, type SqliteLedgerOptions, sqliteLedger } from "./sqlite-ledger.ts";
