// The quick start: real permits travel to the sandboxes of Passport and HotSpot, and are found by a T2 Flex handheld.
// It lives on a fixed day, so it gives the same result in five years.
import { parseArgs } from "node:util";
import { exampleNow } from "./clock.ts";
import { compareBadRows, compareLookups, compareRights, compareStrangers, expectation } from "./compare.ts";
import { company, locations, permitsCsv } from "./customer.ts";
import { startSync } from "./deliver.ts";
import { startHosts } from "./host.ts";
import { checkMappings } from "./mappings.ts";
import { readPermits } from "./read-permits.ts";
import { heading, progress, table } from "./screen.ts";
import { runTestPlates } from "./test-plate.ts";
import { startVendors } from "./vendors.ts";

const { values: flags } = parseArgs({
  options: { serve: { type: "boolean", default: false }, port: { type: "string", default: "0" } },
});

console.log(`${company.name}, ${locations.length} locations, as of ${exampleNow.toISOString()}`);
const vendors = await startVendors();

heading("1. Do the names match?");
await checkMappings(vendors);

heading("2. Reading the permits");
const { permits, badRows } = readPermits(permitsCsv, {
  companyId: company.id,
  locationIds: new Set(locations.map(({ id }) => id)),
});
for (const { line, problem } of badRows) console.log(`  line ${line}: ${problem}`);
console.log(`  ${permits.length} permits, ${badRows.length} bad rows left out`);

heading("3. Delivering them");
const durable = await startSync(vendors);
await durable.deliver(permits);

heading("4. The go-live test with plate TEST123");
const hosts = await startHosts(vendors["t2-flex"], durable.sync.findPermits, { port: Number(flags.port) });
const testPlatesSeen = await runTestPlates(vendors, hosts, durable);

heading("5. Asking from the handheld");
const lookups = [];
for (const [host, handheld] of Object.entries(hosts.handhelds)) {
  const bar = progress(host.padEnd(8), expectation.lookups.length);
  lookups.push(await compareLookups(host, handheld, () => bar.advance(1)));
  lookups.push(await compareStrangers(host, handheld, 300));
}

heading("6. What officers see, against what the CSV says");
const comparisons = [compareBadRows(badRows), ...compareRights(vendors), ...lookups];
table([
  ["", "expected", "seen", "differences"],
  ...comparisons.map(({ what, expected, seen, differences }) => [what, expected, seen, differences.length]),
]);
const differences = comparisons.flatMap(({ what, differences }) =>
  differences.map((text) => `${what}: ${text}`),
);
for (const difference of differences.slice(0, 20)) console.log(`  ${difference}`);
console.log(`\n${differences.length} differences${testPlatesSeen ? "" : ", and a test plate was not seen"}`);
process.exitCode = differences.length === 0 && testPlatesSeen ? 0 : 1;

if (flags.serve) {
  const plate = expectation.lookups.find(({ shown }) => shown)?.plate;
  heading("Ask it yourself (stop with Ctrl+C)");
  console.log(
    `curl -s ${hosts.fastifyUrl} -H "x-api-key: ${hosts.apiKey}" -H "content-type: application/json" -d '{"plate":"${plate}"}'`,
  );
  await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
}
await hosts.close();
await durable.close();
await vendors.close();
