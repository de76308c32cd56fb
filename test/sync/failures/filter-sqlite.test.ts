import { join } from "node:path";
import { expect, it } from "vitest";
import { minute } from "../ledger/fixtures.ts";
import { listAll } from "../list-all.ts";
import { makeFolder, openLedger } from "../sqlite/folder.ts";
import { fillWithRefused, syncOver } from "./refused-ledger.ts";

it("a filter over sqliteLedger changes what it selects, and it is durable", async () => {
  const path = join(makeFolder(), "permits.db");
  const ledger = await openLedger(path);
  await fillWithRefused(ledger, 300);
  const sync = syncOver(ledger);
  const range = { since: minute(12), until: minute(202) };
  const dry = await sync.retry({ code: "rejected", ...range }, { dryRun: true });
  expect(dry).toMatchObject({ matched: 95, done: 0 });
  expect(await sync.retry({ code: "rejected", ...range })).toMatchObject({ matched: 95, done: 95 });
  expect(await sync.dismiss({ code: "unsupported", ...range })).toMatchObject({ matched: 95, done: 95 });
  await ledger.close();
  const again = await openLedger(path);
  expect(await listAll(again.listFailures())).toHaveLength(110);
  expect(await syncOver(again).retry(range)).toMatchObject({ matched: 0 });
});
