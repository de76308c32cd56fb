// Another process that wants the ledger: it opens it, records one permit, says so, and holds it until it is killed. When
// it is refused, it says with which code.

import { sqliteLedger } from "../../../src/sync/sqlite/index.ts";
import { issue } from "../ledger/fixtures.ts";

const [path = "", id = "permit-1"] = process.argv.slice(2);
const ledger = sqliteLedger({ path });
try {
  await ledger.open();
  await ledger.record([issue({ id })]);
  process.stdout.write("open\n");
  setInterval(() => {}, 1_000);
} catch (thrown) {
  process.stdout.write(`${(thrown as { code?: string }).code}\n`);
}
