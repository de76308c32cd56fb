import { afterAll, beforeAll, expect, it } from "vitest";
import { suiteSize } from "../../support/suite-size.ts";
import { createDatabase } from "../postgres/servers/database.ts";
import { type BuiltChild, buildChild } from "./build-child.ts";
import { runMachines } from "./run-machines.ts";
import { runRows } from "./run-rows.ts";

const KILLS_IN_A_ROW = 30;
// Long enough for a machine that is busy with other tests: a process that lives must never lose a claim.
const LEASE_MS = 5_000;

let child: BuiltChild;
beforeAll(async () => {
  child = await buildChild();
});
afterAll(() => child.remove());

/** `KILL_COUNT` replaces the number of kills and `SEED` the first seed. When a kill comes is up to the machine. */
it("loses nothing when any of three machines is killed, with a ledger in PostgreSQL", {
  timeout: 3_600_000,
}, async () => {
  const count = suiteSize("KILL_COUNT", { quick: 3, full: 30 });
  const first = Number(process.env["SEED"] ?? 1);
  const rows = Array.from({ length: Math.ceil(count / KILLS_IN_A_ROW) }, (_, row) => ({
    seed: first + row,
    kills: Math.min(KILLS_IN_A_ROW, count - row * KILLS_IN_A_ROW),
  }));
  await runRows(rows, async ({ seed, kills }) => {
    const database = await createDatabase();
    try {
      const ledger = { kind: "postgres", connection: database.connection, leaseMs: LEASE_MS } as const;
      const violations = await runMachines(seed, { kills, ledger, script: child.script });
      expect(violations, `SEED=${seed} KILL_COUNT=${kills}`).toEqual([]);
    } finally {
      await database.drop();
    }
  });
});
