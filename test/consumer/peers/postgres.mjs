import { isEnforcementError, parsePlate } from "@offstreet/enforcement";
import { postgresLedger } from "@offstreet/enforcement/postgres";

const pg = await import("pg").then(
  (loaded) => loaded.default,
  () => undefined,
);
if (pg === undefined) {
  console.log("imported without pg");
  process.exit();
}

const { connection, schema } = JSON.parse(process.argv[2]);
const pool = new pg.Pool(connection);
const [ledger, other] = [postgresLedger({ pool, schema }), postgresLedger({ pool, schema })];
const permit = {
  id: "P-1",
  companyId: "university",
  plates: [parsePlate("GXK 204")],
  locationIds: ["lot"],
  validFrom: new Date("2026-09-01T00:00:00Z"),
  validTo: null,
  revision: 1,
};
const at = new Date();

try {
  await ledger.open();
  await other.open();
  const woken = new Promise((resolve) => ledger.watch(resolve));
  const [status] = await other.record([{ kind: "issue", permit, providerIds: ["passport"], at }]);
  const [claimed] = await ledger.claim({ limits: new Map([["passport", 1]]), now: at, leaseMs: 60_000 });
  console.log("works", status, await woken, claimed.stored.permit.plates[0].number);
  await ledger.close();
  await other.close();
} catch (error) {
  if (!isEnforcementError(error)) throw error;
  console.log(error.code, error.message);
}
await pool.end();
