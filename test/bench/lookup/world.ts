import { createHash } from "node:crypto";
import type { Company, Location, Permit, StoredCredential } from "@offstreet/enforcement";
import { seededRandom } from "../../support/seeded-random.ts";

/** The instant at which every contender's clock starts. */
const START = new Date("2026-11-21T15:00:00.000Z");

/** Everybody's clock. It goes, as clocks do: an instant that never changes would be cheaper to write down. */
export function clock(): Date {
  return new Date(START.getTime() + performance.now());
}

/** How many permits the servers hold. */
export const PERMITS = 100_000;

const DAY_MS = 24 * 60 * 60_000;
const PROVIDER_ID = "t2-flex";
const REGIONS = ["CA-NB", "CA-NS", "US-ME"] as const;

/** Five customers; the first has most of the permits, as it goes. */
export const companies: readonly Company[] = ["fundy", "tantramar", "miramichi", "restigouche", "kent"].map(
  (id) => ({ id, name: `${id} parking`, providers: { [PROVIDER_ID]: { enabled: true } } }),
);

/** Twenty locations each. Every tenth is switched off. */
export const locations: readonly Location[] = companies.flatMap(({ id: companyId }) =>
  Array.from({ length: 20 }, (_, index) => ({
    id: `${companyId}-lot-${index}`,
    companyId,
    name: `Lot ${index}`,
    region: "CA-NB",
    providers: { [PROVIDER_ID]: { enabled: index % 10 !== 9 } },
  })),
);

/** One key for each company. Fixed, so that all servers know the same ones. */
export const keys: readonly string[] = companies.map(({ id }) =>
  createHash("sha256").update(`benchmark key of ${id}`).digest("base64url"),
);

/** What a host stores of those keys. */
export const credentials: readonly StoredCredential[] = companies.map(({ id }, index) => ({
  id: `handheld-${id}`,
  companyId: id,
  hashes: [
    createHash("sha256")
      .update(keys[index] ?? "")
      .digest("hex"),
  ],
}));

/** The same permits in every process: 19 of 20 are valid now, one in four has a second plate. */
export function makePermits(count: number): Permit[] {
  return Array.from({ length: count }, (_, index) => makePermit(index));
}

/** The permit with this number, for every contender. */
export function makePermit(index: number): Permit {
  const random = seededRandom(index + 1);
  const companyId = companyOf(index);
  const region = random() < 0.5 ? {} : { region: REGIONS[Math.floor(random() * REGIONS.length)] ?? "CA-NB" };
  const ended = index % 20 === 0;
  const numbers = index % 4 === 0 ? [plateNumber(index), `${plateNumber(index)}X`] : [plateNumber(index)];
  return {
    id: `permit-${index}`,
    companyId,
    plates: numbers.map((number) => ({ raw: number, number, ...region })),
    locationIds: [0, 1, 2].map((offset) => `${companyId}-lot-${(index + offset) % 9}`),
    validFrom: new Date(START.getTime() - 200 * DAY_MS),
    validTo: new Date(START.getTime() + (ended ? -1 : 1 + Math.floor(random() * 160)) * DAY_MS),
    revision: 1,
    createdAt: new Date(START.getTime() - 210 * DAY_MS),
  };
}

/** Index into {@link companies} of the permit with this number: seven of ten are the first one's. */
export function companyIndexOf(permitIndex: number): number {
  return Math.max(0, (permitIndex % 10) - 6) % companies.length;
}

/** Seven characters, as plates have them; different for every number below three billion. */
export function plateNumber(index: number): string {
  // A multiplier that shares no factor with 36^6 scatters neighbours, so that a lookup is no walk through memory.
  const scattered = Number((BigInt(index) * 1_500_450_271n) % BigInt(36 ** 6));
  return `P${scattered.toString(36).toUpperCase().padStart(6, "0")}`;
}

function companyOf(permitIndex: number): string {
  return companies[companyIndexOf(permitIndex)]?.id ?? "fundy";
}
