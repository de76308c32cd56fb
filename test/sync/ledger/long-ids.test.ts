import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Location, memoryDirectory } from "../../../src/core/directory/directory.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Receipt } from "../../../src/core/registration/registration.ts";
import { issueCredentials } from "../../../src/lookup/auth/issue-credentials.ts";
import { createPermitLookupHandler } from "../../../src/lookup/handler.ts";
import { memoryPermits } from "../../../src/lookup/memory-permits.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import { createT2FlexProvider } from "../../../src/vendors/t2-flex/provider.ts";
import { failureOf, type HostRegistration, sampleRegistration } from "../../support/registrations.ts";
import { permit as scriptedPermit, scriptedSync } from "../scripted-sync.ts";
import { makeFolder, makeLedger } from "../sqlite/folder.ts";
import { MAX_IDS, TOO_LONG } from "./longest-ids.ts";

const LEDGERS: Readonly<Record<string, () => Ledger>> = {
  memory: memoryLedger,
  sqlite: () => makeLedger(join(makeFolder(), "permits.db")).ledger,
};

const permit = (changes: object = {}) => ({
  ...{ id: "P-1", companyId: "c", plates: [parsePlate("GXK 204")], locationIds: ["a"], revision: 1 },
  ...{ validFrom: "2026-09-01T00:00:00Z", validTo: "2026-12-31T00:00:00Z", ...changes },
});
const company = (changes: object = {}) => ({ id: "c", name: "C", providers: {}, ...changes });
const location = (changes: object = {}): Location => ({
  ...{ id: "a", companyId: "c", name: "A", providers: {}, ...changes },
});
const hotspot = (id?: string) =>
  createHotSpotProvider({ baseUrl: "https://hotspot.test", token: "t", ...(id === undefined ? {} : { id }) });

describe.each(Object.entries(LEDGERS))("with a ledger of the kind %s", (_, createLedger) => {
  const directory = { getCompany: () => undefined, listLocations: () => [] };
  const open = () => createPermitSync({ providers: [hotspot()], ledger: createLedger(), directory });

  it.each(Object.entries(TOO_LONG))("refuses an id of %s, and names field and limit", async (__, id) => {
    const sync = open();
    const refusals: [call: () => unknown, field: string][] = [
      [() => sync.issue(permit({ id })), "permit.id"],
      [() => sync.revise(permit({ id })), "permit.id"],
      [() => sync.issue(permit({ companyId: id })), "permit.companyId"],
      [() => sync.issue(permit({ locationIds: ["a", id] })), "permit.locationIds[1]"],
      [() => sync.issueMany([permit(), permit({ id })]), "permits[1].id"],
      [() => sync.revoke(id), "permitId"],
      [() => sync.forget(id), "permitId"],
    ];
    for (const [call, field] of refusals) {
      const failure = await failureOf(async () => call());
      expect(failure).toMatchObject({ code: "invalid_input", field });
      expect(failure.message).toMatch(/is too long; an id has at most 512 characters\./);
      expect(failure.message.length).toBeLessThan(200);
    }
    expect(await sync.revoke("P-1")).toMatchObject({ status: "unknown" });
    expect(await sync.retry(`hotspot/${id}/r`)).toMatchObject({ status: "gone" });
  });

  it.each(Object.entries(MAX_IDS))("accepts the longest id of %s", async (__, createIds) => {
    const ids = createIds();
    const id = ids.next();
    const sync = open();
    const issued = permit({ id, companyId: ids.next(), locationIds: [ids.next()] });
    const notInDirectory = { company: true };
    expect(await sync.issueMany([issued])).toEqual([{ permitId: id, status: "recorded", notInDirectory }]);
    expect(await sync.revoke(id)).toEqual({ permitId: id, status: "recorded" });
  });
});

describe.each(Object.entries(TOO_LONG))("an id of %s", (_, id) => {
  it("is refused in a directory", async () => {
    const on = { enabled: true };
    const directories: [entries: Parameters<typeof memoryDirectory>[0], field: RegExp][] = [
      [{ companies: [company({ id })], locations: [] }, /^companies\[0\]\.id/],
      [{ companies: [company({ providers: { [id]: on } })], locations: [] }, /^companies\[0\]\.providers/],
      [{ companies: [company()], locations: [location({ id })] }, /^locations\[0\]\.id/],
      [{ companies: [company()], locations: [location({ companyId: id })] }, /^locations\[0\]\.companyId/],
      [
        { companies: [company()], locations: [location({ providers: { p: { ...on, target: id } } })] },
        /^locations\[0\]\.providers\["p"\]\.target/,
      ],
    ];
    for (const [entries, field] of directories) {
      const failure = await failureOf(() => memoryDirectory(entries));
      expect(failure.code).toBe("invalid_input");
      expect(failure.field).toMatch(field);
      expect(failure.message).toMatch(/at most 512 characters/);
    }
  });

  it("is refused for a provider, a credential and a permit for lookups", async () => {
    const creations = [
      () => createT2FlexProvider({ id }),
      () => hotspot(id),
      () => createPassportProvider({ id, operatorId: "o", clientId: "c", clientSecret: "s" }),
    ];
    for (const create of creations) {
      expect(await failureOf(create)).toMatchObject({ code: "invalid_config", field: "id" });
    }
    const directory = memoryDirectory({ companies: [], locations: [] });
    const providers = [{ ...hotspot(), id }];
    expect(
      await failureOf(() => createPermitSync({ providers, ledger: memoryLedger(), directory })),
    ).toMatchObject({ code: "invalid_config", field: "providers[0].id" });
    const handler = { directory, findPermits: () => [], authorize: () => undefined } as never;
    const flex = { ...createT2FlexProvider(), id };
    expect(
      await failureOf(() => createPermitLookupHandler(Object.assign(handler, { provider: flex }))),
    ).toMatchObject({ code: "invalid_config" });
    expect(await failureOf(() => issueCredentials({ companyId: id }))).toMatchObject({ field: "companyId" });
    expect(await failureOf(() => issueCredentials({ companyId: "c", locationIds: ["a", id] }))).toMatchObject(
      { field: "locationIds[1]" },
    );
    expect(await failureOf(() => memoryPermits([permit({ id }) as never]))).toMatchObject({
      code: "invalid_input",
    });
  });

  it("is refused in a registration and in a receipt", async () => {
    const provider = hotspot();
    for (const field of ["permitId", "companyId", "locationId", "target"] as const) {
      const registration = sampleRegistration({ [field]: id });
      expect(await failureOf(() => provider.register(registration))).toMatchObject({
        code: "invalid_input",
        field: `registration.${field}`,
      });
    }
    const receiptWith = (registration: HostRegistration): Receipt => ({
      v: 1,
      providerId: "hotspot",
      reference: "HS-1",
      target: registration.target,
      registration: JSON.parse(JSON.stringify({ ...registration, generation: 0 })),
      coveredUntil: "2026-12-31T04:00:00.000Z",
    });
    const signal = AbortSignal.abort();
    const cancel = (changes: Partial<HostRegistration>) =>
      failureOf(() => provider.cancel(receiptWith(sampleRegistration(changes)), { signal }));
    expect(await cancel({})).toMatchObject({ code: "aborted" });
    for (const field of ["permitId", "companyId", "locationId", "target"] as const) {
      const refused = { code: "invalid_input", field: `receipt.registration.${field}` };
      expect(await cancel({ [field]: id })).toMatchObject(refused);
    }
  });
});

it("a receipt of a host's own provider is refused when its target is longer", async () => {
  const { sync, vendor, events, pass, until } = scriptedSync();
  const alpha = vendor();
  const { registerMany } = alpha.provider;
  Object.assign(alpha.provider, {
    registerMany: async (...args: Parameters<typeof registerMany>) =>
      (await registerMany(...args)).map((outcome) =>
        outcome.ok ? { ok: true, value: { ...outcome.value, target: TOO_LONG["3 kB"] } } : outcome,
      ),
  });
  await sync.start();
  await until(sync.issue(scriptedPermit("P1")));
  await pass(60_000);
  expect(events.filter(({ type }) => type === "held")[0]).toMatchObject({ code: "invalid_response" });
  Object.assign(alpha.provider, { registerMany });
  await until(sync.idle());
  await until(sync.stop());
});
