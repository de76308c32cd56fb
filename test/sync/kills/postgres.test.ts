import { expect, it } from "vitest";
import { createDatabase } from "../postgres-database.ts";
import { runMachines } from "./run-machines.ts";

const KILLS_IN_A_ROW = 30;
// Long enough for a machine that is busy with other tests: whoever lives must never lose a claim.
const LEASE_MS = 5_000;

/** `KILL_COUNT` replaces the number of kills and `SEED` the first seed. When a kill comes is up to the machine. */
it("loses nothing when any of three machines is killed, with a ledger in PostgreSQL", {
  timeout: 3_600_000,
}, async () => {
  const count = Number(process.env["KILL_COUNT"] ?? 30);
  const first = Number(process.env["SEED"] ?? 1);
  for (let done = 0; done < count; done += KILLS_IN_A_ROW) {
    const [seed, kills] = [first + done / KILLS_IN_A_ROW, Math.min(KILLS_IN_A_ROW, count - done)];
    const database = await createDatabase();
    try {
      const ledger = { kind: "postgres", connection: database.connection, leaseMs: LEASE_MS } as const;
      const violations = await runMachines(seed, { kills, ledger });
      expect(violations, `SEED=${seed} KILL_COUNT=${kills}`).toEqual([]);
    } finally {
      await database.drop();
    }
  }
});
