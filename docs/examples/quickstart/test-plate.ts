import { type MemoryPermits, type PushProvider, parsePlate, registrationsOf } from "@offstreet/enforcement";
import { exampleNow } from "./clock.ts";
import { company, directory } from "./customer.ts";
import type { Hosts } from "./host.ts";
import { table } from "./screen.ts";
import type { Vendors } from "./vendors.ts";

const TEST_PLATE = "TEST123";
const LOCATION = "lot-101";

const testPermit = {
  id: "test-plate",
  companyId: company.id,
  plates: [parsePlate(TEST_PLATE)],
  locationIds: [LOCATION],
  validFrom: exampleNow,
  validTo: new Date(exampleNow.getTime() + 60 * 60_000),
  revision: 1,
};

/** The go-live test of every vendor: the test plate is registered, seen, cancelled and gone. True when all were. */
export async function runTestPlates(
  vendors: Vendors,
  hosts: Hosts,
  permits: MemoryPermits,
): Promise<boolean> {
  const { passport, hotspot, sandbox } = vendors;
  const { handhelds } = hosts;
  const results = [
    await pushed(
      passport,
      () => sandbox.passport.findSessions({ plate: TEST_PLATE, at: exampleNow }).length > 0,
    ),
    await pushed(
      hotspot,
      () => sandbox.hotspot.findPermits({ plate: TEST_PLATE, at: exampleNow }).length > 0,
    ),
    await pulled(
      async () => (await handhelds.Fastify.lookup({ plate: TEST_PLATE })).shows === "permit",
      permits,
    ),
  ];
  const yes = (value: boolean) => (value ? "yes" : "NO");
  table([
    ["provider", "seen when registered", "gone when cancelled"],
    ...results.map(({ id, seen, gone }) => [id, yes(seen), yes(gone)]),
  ]);
  return results.every(({ seen, gone }) => seen && gone);
}

async function pushed(provider: PushProvider, isSeen: () => boolean) {
  const [registration] = await registrationsOf(testPermit, directory, provider.id);
  if (registration === undefined) throw new Error(`${LOCATION} is switched off for ${provider.id}.`);
  const receipt = await provider.register(registration);
  const seen = isSeen();
  await provider.cancel(receipt);
  return { id: provider.id, seen, gone: !isSeen() };
}

async function pulled(isSeen: () => Promise<boolean>, permits: MemoryPermits) {
  permits.set(testPermit);
  const seen = await isSeen();
  permits.remove(testPermit.id);
  return { id: "t2-flex", seen, gone: !(await isSeen()) };
}
