import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import { failureOf } from "../../support/registrations.ts";
import { listAll } from "../list-all.ts";
import { makeFolder, makeLedger } from "../sqlite/folder.ts";

const LEDGERS: Readonly<Record<string, () => Ledger>> = {
  memory: memoryLedger,
  sqlite: () => makeLedger(join(makeFolder(), "permits.db")).ledger,
};

/** Texts that UTF-8 cannot distinguish from another, or that end early in a database. */
const DAMAGED = ["\ud800", "\ud801", "P\udc00", "\udc00\ud800", "P\0", "\0"];

const permit = (changes: object = {}) => ({
  ...{ id: "P-1", companyId: "c", plates: [parsePlate("GXK 204")], locationIds: ["a"], revision: 1 },
  ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z", ...changes },
});

describe.each(Object.entries(LEDGERS))("with a ledger of the kind %s", (_, createLedger) => {
  const open = () => {
    const ledger = createLedger();
    const directory = { getCompany: () => undefined, listLocations: () => [] };
    return { ledger, sync: createPermitSync({ providers: [createT2FlexProvider()], ledger, directory }) };
  };

  it.each(DAMAGED)("%j is refused as an id everywhere, and nothing is recorded", async (text) => {
    const { ledger, sync } = open();
    const refusals: [call: () => unknown, field: string][] = [
      [() => sync.issue(permit({ id: text })), "permit.id"],
      [() => sync.revise(permit({ id: text })), "permit.id"],
      [() => sync.issue(permit({ companyId: text })), "permit.companyId"],
      [() => sync.issue(permit({ locationIds: ["a", text] })), "permit.locationIds[1]"],
      [() => sync.issue(permit({ holder: text })), "permit.holder"],
      [() => sync.issue(permit({ vehicle: { make: text } })), "permit.vehicle.make"],
      [() => sync.issueMany([permit(), permit({ id: text })]), "permits[1].id"],
      [() => sync.revoke(text), "permitId"],
      [() => sync.forget(text), "permitId"],
      [() => sync.refresh({ companyId: text }), "options.companyId"],
      [() => sync.retry(text), "key"],
      [() => sync.dismiss(`passport/${text}/r`), "key"],
      [() => sync.retry({ providerId: text }), "filter.providerId"],
      [() => sync.dismiss({ companyId: text }), "filter.companyId"],
      [() => listAll(sync.failures({ providerId: text })), "options.providerId"],
      [() => sync.removeProvider(text), "providerId"],
      [() => sync.reconcile(text), "providerId"],
    ];
    for (const [call, field] of refusals) {
      const failure = await failureOf(async () => call());
      expect(failure).toMatchObject({ code: "invalid_input", field });
      expect(failure.message.isWellFormed()).toBe(true);
    }
    expect(await listAll(ledger.listCompanies())).toEqual([]);
    expect(await ledger.getPermit("P-1")).toBeUndefined();
  });

  it("a key that hides a damaged id behind an escape is refused", async () => {
    const { sync } = open();
    for (const key of ["passport/P%00/r", "passport/P/%00", "passport/%ED%A0%80/r"]) {
      expect(await failureOf(() => sync.retry(key))).toMatchObject({ code: "invalid_input", field: "key" });
    }
  });

  it("whole characters beyond the basic plane, and U+FFFD, are accepted in ids", async () => {
    const { ledger, sync } = open();
    for (const id of ["\u{1f697}", "\ufffd"]) {
      expect(await sync.issue(permit({ id }))).toEqual({ permitId: id, status: "recorded" });
      expect((await ledger.getPermit(id))?.permit.id).toBe(id);
    }
  });
});

it.each(DAMAGED)("a provider cannot be named %j", (text) => {
  expect(() => createT2FlexProvider({ id: text })).toThrow(
    expect.objectContaining({ code: "invalid_config", field: "id" }),
  );
});
