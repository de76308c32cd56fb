// A host's life with the embedded ledger, against the built package, on the Node that runs it: permits recorded,
// delivered, changed, withdrawn, erased, looked up, backed up and found again. Ends with one line of JSON; a wrong answer
// ends it with an error.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createPassportProvider,
  createPermitSync,
  memoryDirectory,
  type PermitInput,
  type PermitSync,
  parsePlate,
} from "@offstreet/enforcement";
import { createSandbox } from "@offstreet/enforcement/sandbox";
import { type SqliteLedger, sqliteLedger } from "@offstreet/enforcement/sqlite";

const DAY = 86_400_000;

let now = Date.parse("2026-09-01T12:00:00Z");
const clock = () => new Date(now);
const folder = mkdtempSync(join(tmpdir(), "enforcement-runtime-"));
const directory = memoryDirectory({
  companies: [{ id: "university", name: "University", providers: { passport: { enabled: true } } }],
  locations: [
    {
      id: "lot-1",
      companyId: "university",
      name: "Lot 1",
      region: "CA-NB",
      providers: { passport: { enabled: true, target: "101" } },
    },
  ],
});
const sandbox = createSandbox({
  clock,
  passport: { zones: [{ id: "6a1f7e0e-3f1e-4c58-9f0a-0d6c5b1f2a11", number: "101", name: "Lot 1" }] },
});
const server = await sandbox.listen();
const { operatorId, clientId, clientSecret } = sandbox.passport;
const passport = createPassportProvider({
  operatorId,
  clientId,
  clientSecret,
  baseUrl: server.passportUrl,
  currency: "CAD",
  clock,
});

function permit(id: string, plate: string, days: number, revision = 1): PermitInput {
  return {
    id,
    companyId: "university",
    plates: [parsePlate(plate)],
    locationIds: ["lot-1"],
    validFrom: new Date(Date.parse("2026-08-31T00:00:00Z")),
    validTo: new Date(Date.parse("2026-09-01T00:00:00Z") + days * DAY),
    revision,
  };
}

/** Runs a host on a ledger's file until nothing is to be done. */
async function runHost(
  path: string,
  work: (sync: PermitSync, ledger: SqliteLedger) => Promise<void>,
): Promise<void> {
  const ledger = sqliteLedger({ path });
  const sync = createPermitSync({ providers: [passport], ledger, directory, clock });
  await sync.start();
  await work(sync, ledger);
  await sync.stop();
  await ledger.close();
}

async function platesFound(sync: PermitSync, plateNumbers: string[]): Promise<string[]> {
  const query = { companyId: "university", plateNumbers, locationIds: ["lot-1"], at: clock() };
  const found = await sync.findPermits({ ...query, signal: new AbortController().signal });
  const numbers: string[] = [];
  for await (const { plates } of found) numbers.push(plates[0]?.number ?? "");
  return numbers.sort();
}

try {
  const path = join(folder, "ledger.db");
  const copy = join(folder, "copy.db");
  const count = 700;
  await runHost(path, async (sync, ledger) => {
    // One, some that share a commit, and as many as are written in parts.
    assert.equal((await sync.issue(permit("p-0", "AAA 000", 30))).status, "recorded");
    const few = Array.from({ length: 40 }, (_, index) =>
      sync.issue(permit(`few-${index}`, `BBB ${index}`, 30)),
    );
    for (const { status } of await Promise.all(few)) assert.equal(status, "recorded");
    const many = Array.from({ length: count }, (_, index) => permit(`many-${index}`, `CCC ${index}`, 30));
    assert.equal((await sync.issueMany(many)).length, count);
    assert.equal((await sync.issue(permit("p-0", "AAA 000", 30))).status, "unchanged");
    await sync.idle();
    assert.equal(sandbox.passport.sessions.size, count + 41);
    assert.deepEqual(await platesFound(sync, ["AAA000", "BBB7", "CCC699", "DDD1"]), [
      "AAA000",
      "BBB7",
      "CCC699",
    ]);
    assert.equal((await sync.revise(permit("p-0", "AAA 001", 40, 2))).status, "recorded");
    assert.equal((await sync.revoke("few-0")).status, "recorded");
    assert.equal((await sync.forget("few-1")).status, "recorded");
    await sync.refresh({ companyId: "university" });
    await sync.idle();
    assert.deepEqual(await platesFound(sync, ["AAA000", "AAA001", "BBB0", "BBB1", "BBB2"]), [
      "AAA001",
      "BBB2",
    ]);
    const { missing, other_end, extra } = (await sync.reconcile("passport")).drift;
    assert.deepEqual([missing, other_end, extra], [0, 0, 0]);
    await ledger.backup(copy);
  });
  now += 100 * DAY;
  for (const file of [path, copy]) {
    await runHost(file, async (sync, ledger) => {
      await sync.idle();
      const [status] = (await sync.status()).providers;
      assert.deepEqual([status?.pending, status?.failed, status?.unmapped], [0, 0, 0]);
      for await (const failure of sync.failures()) assert.fail(`${failure.code} stands in failures().`);
      await ledger.erase({ endedBefore: clock(), now: clock(), limit: 1_000 });
      assert.deepEqual(await platesFound(sync, ["AAA001", "BBB2", "CCC699"]), []);
    });
  }
  console.log(JSON.stringify({ node: process.version, permits: count + 41, files: 2 }));
} finally {
  await server.close();
  rmSync(folder, { recursive: true });
}
