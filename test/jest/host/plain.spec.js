const { mkdtempSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");
const { createPassportProvider, EnforcementError, parsePlate } = require("@offstreet/enforcement");
const { sqliteLedger } = require("@offstreet/enforcement/sqlite");

test("is required, and one class is in all errors", async () => {
  let refused;
  try {
    createPassportProvider({});
  } catch (error) {
    refused = error;
  }
  expect(refused).toBeInstanceOf(EnforcementError);
  expect(parsePlate("gxk 204").number).toBe("GXK204");
});

test("keeps a ledger", async () => {
  const folder = mkdtempSync(join(tmpdir(), "enforcement-jest-"));
  const ledger = sqliteLedger({ path: join(folder, "ledger.db") });
  await ledger.open();
  expect(await ledger.getPermit("P-1")).toBeUndefined();
  await ledger.close();
  rmSync(folder, { recursive: true });
});
