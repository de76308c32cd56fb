import { isEnforcementError, parsePlate } from "@offstreet/enforcement";
import { postgresLedger } from "@offstreet/enforcement/postgres";

// A pool that is never asked stands in where there is no pg.
const noPool = { query: async () => ({ rows: [] }), connect() {}, on() {}, removeListener() {} };
const { Pool } = await import("pg").then(
  ({ default: pg }) => pg,
  () => ({ Pool: undefined }),
);
const { connection, schema } = JSON.parse(process.argv[2]);
const pool = Pool === undefined ? noPool : new Pool(connection);
const ledger = postgresLedger({ pool, schema });
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
  const woken = new Promise((resolve) => ledger.watch(resolve));
  await ledger.claim({ limits: new Map([["passport", 1]]), now: at, leaseMs: 1_000 });
  const [status] = await ledger.record([{ kind: "issue", permit, providerIds: ["passport"], at }]);
  const [claimed] = await ledger.claim({ limits: new Map([["passport", 1]]), now: at, leaseMs: 60_000 });
  console.log("works", status, await woken, claimed.stored.permit.plates[0].number);
  await ledger.close();
} catch (error) {
  if (!isEnforcementError(error)) throw error;
  console.log(error.code, error.message);
}
await pool.end?.();
