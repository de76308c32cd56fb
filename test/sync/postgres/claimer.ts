import pg from "pg";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { claimAll } from "./ledgers.ts";

// Another machine: claims everything that is due, says so, and works on it until it is killed.
const [, , connection = "{}", schema = ""] = process.argv;
const ledger = postgresLedger({ pool: new pg.Pool(JSON.parse(connection)), schema });
await ledger.open();
const claimed = await claimAll(ledger);
process.stdout.write(`${JSON.stringify(claimed.map(({ permitId }) => permitId))}\n`);
