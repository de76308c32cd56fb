// Another process that has the ledger: it opens it, records one permit, says so, and holds it until it is killed.

import { sqliteLedger } from "../../src/sync/sqlite.ts";
import { issue } from "./ledger-fixtures.ts";

const ledger = sqliteLedger({ path: process.argv[2] ?? "" });
await ledger.open();
await ledger.record([issue()]);
process.stdout.write("open\n");
setInterval(() => {}, 1_000);
