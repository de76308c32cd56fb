import { parsePlate } from "@offstreet/enforcement";
import { exampleNow } from "./clock.ts";
import { company } from "./customer.ts";
import type { RunningSync } from "./deliver.ts";
import type { Hosts } from "./host.ts";
import { table } from "./screen.ts";
import type { Vendors } from "./vendors.ts";

const TEST_PLATE = "TEST123";

const testPermit = {
  id: "test-plate",
  companyId: company.id,
  plates: [parsePlate(TEST_PLATE)],
  locationIds: ["lot-101"],
  validFrom: exampleNow,
  validTo: new Date(exampleNow.getTime() + 60 * 60_000),
  revision: 1,
};

/** The go-live test of every vendor: the test plate is issued, seen, revoked and gone. True when all were. */
export async function runTestPlates(
  { sandbox }: Vendors,
  { handhelds }: Hosts,
  { sync }: RunningSync,
): Promise<boolean> {
  const query = { plate: TEST_PLATE, at: exampleNow };
  const look = async () => ({
    passport: sandbox.passport.findSessions(query).length > 0,
    hotspot: sandbox.hotspot.findPermits(query).length > 0,
    "t2-flex": (await handhelds.Fastify.lookup({ plate: TEST_PLATE })).shows === "permit",
  });
  const signal = AbortSignal.timeout(60_000);
  await sync.issue(testPermit);
  await sync.idle({ signal });
  const seen = await look();
  await sync.revoke(testPermit.id);
  await sync.idle({ signal });
  const left = await look();

  const ids = ["passport", "hotspot", "t2-flex"] as const;
  const yes = (value: boolean) => (value ? "yes" : "NO");
  table([
    ["provider", "seen when issued", "gone when revoked"],
    ...ids.map((id) => [id, yes(seen[id]), yes(!left[id])]),
  ]);
  return ids.every((id) => seen[id] && !left[id]);
}
