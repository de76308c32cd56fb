import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { sqliteLedger } from "../../../src/sync/sqlite/index.ts";
import { countOf } from "../ledger/count-of.ts";
import { collect, deliveryOf, issue, minute, nextDue, rightAt, say, updateOf } from "../ledger/fixtures.ts";
import { makeFolder, makeLedger, openLedger } from "./folder.ts";

function many(count: number, prefix = "permit") {
  return Array.from({ length: count }, (_, index) => issue({ id: `${prefix}-${index}` }));
}

describe("writing", () => {
  it("commits simultaneous calls together", async () => {
    const logOf = async (write: (ledger: Awaited<ReturnType<typeof openLedger>>) => Promise<unknown>) => {
      const path = join(makeFolder(), "ledger.db");
      const ledger = await openLedger(path);
      await write(ledger);
      return statSync(`${path}-wal`).size;
    };
    const together = await logOf((ledger) => Promise.all(many(64).map((one) => ledger.record([one]))));
    const apart = await logOf(async (ledger) => {
      for (const one of many(64)) await ledger.record([one]);
    });
    // Two commits instead of 64.
    expect(apart / together).toBeGreaterThan(7);
  });

  it("answers a burst of calls in several turns of the event loop, with turns for lookups in between", async () => {
    const ledger = await openLedger(join(makeFolder(), "ledger.db"));
    let turn = 0;
    let isOver = false;
    const countTurns = async () => {
      for (; !isOver; turn += 1) await nextTurn();
    };
    const counting = countTurns();
    const answered = new Map<number, number>();
    await Promise.all(
      many(20_000).map(async (one) => {
        await ledger.record([one]);
        answered.set(turn, (answered.get(turn) ?? 0) + 1);
      }),
    );
    isOver = true;
    await counting;
    // Answers of several commits come in one turn where the machine is busy, of all of them never.
    expect(Math.max(...answered.values())).toBeLessThanOrEqual(10_000);
  });

  it("reports that the disk is full, keeps nothing of the call, and continues when there is room", async () => {
    const { ledger, getOpened } = makeLedger(join(makeFolder(), "ledger.db"));
    await ledger.open();
    await say(ledger, issue({ id: "before" }));
    const { writer } = getOpened();
    const pages = Number(await writer.ask("pragma", "page_count"));
    await writer.ask("pragma", `max_page_count = ${pages + 20}`);
    const error = await ledger.record(many(5_000)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "unavailable", retryable: true });
    expect(String(error)).toContain("disk is full");
    expect(await ledger.getPermit("permit-0")).toBeUndefined();
    expect(await countOf(ledger, "passport", minute(0))).toMatchObject({ pending: 1 });
    // A small one that comes together with one that is too large is recorded.
    const [large, small] = await Promise.allSettled([
      ledger.record(many(5_000)),
      say(ledger, issue({ id: "small" })),
    ]);
    expect([large.status, small.status]).toEqual(["rejected", "fulfilled"]);
    // What was claimed stays claimed when the commit that would release it fails.
    const [first, second] = await ledger.claim({
      limits: new Map([["passport", 9]]),
      now: minute(0),
      leaseMs: 60_000,
    });
    if (first === undefined || second === undefined) throw new Error("Both are due.");
    const target = "Zone ".repeat(200_000);
    const tooLarge = updateOf(first, { delivery: deliveryOf([rightAt(target)]) });
    await expect(ledger.save([updateOf(second), tooLarge])).rejects.toMatchObject({ code: "unavailable" });
    await writer.ask("pragma", "max_page_count = 1000000");
    await ledger.save([updateOf(second), tooLarge]);
    expect(await collect(ledger.listTargets("passport"))).toEqual([target]);
    expect(await countOf(ledger, "passport", minute(0))).toMatchObject({ pending: 0 });
    expect(await ledger.record(many(5_000))).toHaveLength(5_000);
    expect(await nextDue(ledger, "nobody")).toBeUndefined();
  });

  it("keeps the order of large and small calls", async () => {
    const ledger = await openLedger(join(makeFolder(), "ledger.db"));
    const last = { id: "permit-1999", revision: 2, holder: "Jane" };
    const [, ...rest] = await Promise.all([
      say(ledger, issue({ id: "first" })),
      ledger.record(many(2_000)),
      say(ledger, issue(last)),
      ledger.record(many(2_000)),
      say(ledger, issue({ ...last, revision: 1 })),
    ]);
    expect(rest.map((status) => [status].flat().at(-1))).toEqual(["recorded", "recorded", "older", "older"]);
    expect((await ledger.getPermit("permit-1999"))?.permit).toMatchObject(last);
  });

  it("accepts other calls while it reads a large one", async () => {
    const ledger = await openLedger(join(makeFolder(), "ledger.db"));
    let [turns, taken] = [0, 0];
    const changes = many(20_000);
    const turnAt: number[] = [];
    function* watched() {
      for (const change of changes) {
        turnAt[taken++] = turns;
        yield change;
      }
    }
    let isOver = false;
    const count = () => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    count();
    expect(await ledger.record(watched())).toHaveLength(20_000);
    isOver = true;
    expect(new Set(turnAt).size).toBeGreaterThan(10);
  });

  it("refuses every call when its thread has died, and works when it is opened again", async () => {
    const { ledger, getOpened } = makeLedger(join(makeFolder(), "ledger.db"));
    await ledger.open();
    await say(ledger, issue({ id: "before" }));
    const pending = [ledger.record(many(2_000)), nextDue(ledger, "passport"), say(ledger, issue())];
    const settled = Promise.allSettled(pending);
    await new Promise(setImmediate);
    await getOpened().writer.terminate();
    for (const outcome of await settled) {
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "unavailable" } });
    }
    await expect(say(ledger, issue())).rejects.toThrow("Close the ledger and open it again");
    // Lookups go on with what is recorded.
    expect(await ledger.getPermit("before")).toBeDefined();
    await ledger.close();
    await ledger.open();
    expect(await say(ledger, issue())).toMatch(/recorded|unchanged/);
  });

  it("copies itself during writes; the copy is the ledger at one moment", async () => {
    const folder = makeFolder();
    const ledger = await openLedger(join(folder, "ledger.db"));
    await ledger.record(many(3_000));
    let isDone = false;
    const writing = (async () => {
      for (let index = 0; !isDone; index++) {
        await ledger.record([issue({ id: `a-${index}` }), issue({ id: `b-${index}` })]);
      }
    })();
    const target = join(folder, "copy.db");
    await ledger.backup(target);
    await ledger.backup(target);
    isDone = true;
    await writing;
    expect(readdirSync(folder).filter((name) => name.includes("partial"))).toEqual([]);
    const copy = await openLedger(target);
    expect(await copy.getPermit("permit-2999")).toBeDefined();
    const { pending } = await countOf(copy, "passport", minute(0));
    expect(pending % 2, "each call is there as a whole").toBe(0);
  });

  it("does not keep a process alive that forgot to close it", async () => {
    const { execFile } = await import("node:child_process");
    const { promisify } = await import("node:util");
    const path = join(makeFolder(), "ledger.db");
    const source = new URL("../../../src/sync/sqlite/index.ts", import.meta.url).href;
    const script = `import { sqliteLedger } from ${JSON.stringify(source)};
      const ledger = sqliteLedger({ path: ${JSON.stringify(path)} });
      await ledger.open();
      console.log(await ledger.record([{ kind: "revoke", permitId: "nobody", at: new Date() }]));`;
    const run = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
    expect((await run).stdout).toContain("unknown");
    expect(await sqliteLedger({ path }).open()).toBeUndefined();
  });
});
