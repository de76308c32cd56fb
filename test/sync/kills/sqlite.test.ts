import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { suiteSize } from "../../support/suite-size.ts";
import { type BuiltChild, buildChild } from "./build-child.ts";
import { runKills } from "./run-kills.ts";
import { runRows } from "./run-rows.ts";

const KILLS_IN_A_ROW = 5;

let child: BuiltChild;
beforeAll(async () => {
  child = await buildChild();
});
afterAll(() => child.remove());

/** `KILL_COUNT` replaces the number of kills and `SEED` the first seed. When a kill comes is up to the machine. */
it("loses nothing when the process is killed, with a ledger in SQLite", { timeout: 3_600_000 }, async () => {
  const rows = Math.ceil(suiteSize("KILL_COUNT", { quick: 3, full: 30 }) / KILLS_IN_A_ROW);
  const first = Number(process.env["SEED"] ?? 1);
  const seeds = Array.from({ length: rows }, (_, row) => first + row);
  await runRows(seeds, async (seed) => {
    const folder = mkdtempSync(join(tmpdir(), "offstreet-kills-"));
    try {
      const ledger = { kind: "sqlite", path: join(folder, "ledger.sqlite") } as const;
      const violations = await runKills(seed, { kills: KILLS_IN_A_ROW, ledger, script: child.script });
      expect(violations, `SEED=${seed} KILL_COUNT=${KILLS_IN_A_ROW}`).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
