import { expect, it } from "vitest";
import { memoryDirectory } from "../../../src/core/directory/directory.ts";
import type { PushProvider } from "../../../src/core/provider.ts";
import { referenceOf } from "../../../src/core/registration/identity.ts";
import { memoryLedger } from "../../../src/sync/memory/memory-ledger.ts";
import { createPermitSync } from "../../../src/sync/permit-sync.ts";
import { permit, scriptedSync } from "../scripted-sync.ts";

const COUNT = 300;
const END = "2089-12-31T00:00:00Z";

/**
 * Delivers permits to a vendor that accepts a hundred at a time, and answers the first request when the second has come,
 * however slow the machine is. Returns the size of each request, and the most operations at once.
 */
async function deliver({ isAsked }: { isAsked: boolean }): Promise<{ sizes: number[]; most: number }> {
  const { createVendor, companies, locations } = scriptedSync();
  const { provider } = createVendor("alpha", 100);
  const sizes: number[] = [];
  let [underWay, most] = [0, 0];
  const second = Promise.withResolvers<void>();
  const registerMany: PushProvider["registerMany"] = async (registrations) => {
    sizes.push(registrations.length);
    underWay += registrations.length;
    most = Math.max(most, underWay);
    await askIfSo();
    if (sizes.length >= 2) second.resolve();
    await second.promise;
    underWay -= registrations.length;
    return registrations.map((registration) => {
      const { target, validTo } = registration;
      const known = { v: 1 as const, providerId: "alpha", reference: referenceOf("alpha", registration) };
      return { ok: true, value: { ...known, target, registration, coveredUntil: validTo ?? "" } };
    });
  };
  const directory = memoryDirectory({
    companies: [...companies.values()],
    locations: [...locations.values()].flat(),
  });
  const sync = createPermitSync({
    providers: [{ ...provider, registerMany }],
    ledger: memoryLedger(),
    directory,
  });
  const query = { companyId: "c", plateNumbers: ["P1"], locationIds: ["c-lot"], at: new Date() };
  // A lookup counts for a second: one is made with each request, so that it still counts on a slow machine.
  async function askIfSo(): Promise<void> {
    if (isAsked) await sync.findPermits({ ...query, signal: new AbortController().signal });
  }
  await sync.issueMany(Array.from({ length: COUNT }, (_, index) => permit(`P${index}`, { validTo: END })));
  await askIfSo();
  await sync.start();
  await expect.poll(() => sizes.reduce((sum, size) => sum + size, 0), { timeout: 120_000 }).toBe(COUNT);
  await sync.stop();
  return { sizes, most };
}

it("sends requests as large as the vendor takes while lookups arrive, as many as allowed", async () => {
  for (const isAsked of [false, true]) {
    const { sizes, most } = await deliver({ isAsked });
    expect(Math.max(...sizes)).toBe(100);
    expect(most).toBeGreaterThan(100);
  }
});
