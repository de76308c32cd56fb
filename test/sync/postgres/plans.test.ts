import pg from "pg";
import { expect, it, vi } from "vitest";
import { claimAll, createLedgers, issue } from "./ledgers.ts";

const ledgers = createLedgers();
const DONE = { dueAt: null, settled: true };

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Plan Rows": number;
  readonly Plans?: readonly Plan[];
}

function nodesOf(plan: Plan): Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

// A planner that expects one row joins it by a nested loop: with 20,000 claimed, a save of 1,000 took thirteen seconds.
it("where statistics were made while nothing was claimed, a save expects more than one claimed delivery", async () => {
  const ledger = await ledgers.open();
  const client = await ledgers.database.createPool().connect();
  const query = vi.spyOn(pg.Client.prototype, "query");
  try {
    await ledger.record(Array.from({ length: 1_000 }, (_, index) => issue(`OLD-${index}`)));
    await ledger.save((await claimAll(ledger)).map((claim) => ({ ...claim, release: DONE })));
    await client.query(`VACUUM ANALYZE ${ledgers.schema}.deliveries`);

    await ledger.record(Array.from({ length: 1_000 }, (_, index) => issue(`NEW-${index}`)));
    const claimed = await claimAll(ledger);
    expect(claimed).toHaveLength(1_000);
    query.mockClear();
    await ledger.save(claimed.map((claim) => ({ ...claim, release: DONE })));
    const sent = query.mock.calls as unknown as [text: unknown, values: unknown[]][];
    const saves = sent.filter(([text]) => typeof text === "string" && text.includes("UPDATE"));
    expect(saves).toHaveLength(1);
    const [[text, values] = []] = saves;
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) ${text}`, values);
    const [{ Plan: plan }] = rows[0]["QUERY PLAN"] as [{ Plan: Plan }];
    const reads = nodesOf(plan).filter(
      ({ "Node Type": type, "Relation Name": relation }) => relation === "deliveries" && type === "Seq Scan",
    );
    for (const read of reads) expect(read["Plan Rows"]).toBeGreaterThan(100);
  } finally {
    query.mockRestore();
    client.release(true);
  }
});
