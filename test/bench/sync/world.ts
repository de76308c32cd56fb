import { createHash } from "node:crypto";
import type { Company, Location, PermitInput, StoredCredential } from "@offstreet/enforcement";

export const OPERATOR_ID = "0f0f0f0f-0000-4000-8000-000000000001";
export const PROVIDER_ID = "passport";
export const COMPANY_ID = "fundy";
/**
 * Permits that a ledger has before something is measured. A SQLite ledger writes in a thread of its own, whose code is
 * compiled while it runs; in a turn it is new, a host's has been running for days.
 */
export const PERMITS_BEFORE = 30_000;
const LOTS = 50;
const DAY_MS = 24 * 60 * 60_000;
const START = Date.parse("2021-01-01T05:00:00.000Z");
// Far enough for every run of the benchmark.
const END = Date.parse("2089-01-01T05:00:00.000Z");

export const companies: readonly Company[] = [
  {
    id: COMPANY_ID,
    name: "Fundy parking",
    providers: { [PROVIDER_ID]: { enabled: true }, "t2-flex": { enabled: true } },
  },
];

/** Every lot with its zone at the vendor. */
export const locations: readonly Location[] = Array.from({ length: LOTS }, (_, index) => ({
  id: `lot-${index}`,
  companyId: COMPANY_ID,
  name: `Lot ${index}`,
  region: "CA-NB",
  providers: { [PROVIDER_ID]: { enabled: true, target: zoneOf(index) }, "t2-flex": { enabled: true } },
}));

/** By which an officer's handheld is known, where lookups are asked. */
export const KEY = createHash("sha256").update("benchmark key").digest("base64url");

export const credential: StoredCredential = {
  id: "handheld",
  companyId: COMPANY_ID,
  hashes: [createHash("sha256").update(KEY).digest("hex")],
};

function zoneOf(index: number): string {
  return `0a0a0a0a-0000-4000-8000-${String(index).padStart(12, "0")}`;
}

/** One plate at one lot each, so that a permit is one registration. The same ones in every process. */
export function makePermits(count: number, from = 0): PermitInput[] {
  return Array.from({ length: count }, (_, index) => makePermit(from + index));
}

export function makePermit(index: number): PermitInput {
  const number = plateNumber(index);
  return {
    id: permitIdOf(index),
    companyId: COMPANY_ID,
    plates: [index % 3 === 0 ? { raw: number, number, region: "CA-NS" } : { raw: number, number }],
    locationIds: [`lot-${index % LOTS}`],
    validFrom: new Date(START + (index % 300) * DAY_MS),
    validTo: new Date(END + (index % 365) * DAY_MS),
    revision: 1,
  };
}

export function permitIdOf(index: number): string {
  return `permit-${String(index).padStart(7, "0")}`;
}

/** Seven characters, as plates have them; different for every number below two billion. */
export function plateNumber(index: number): string {
  // A multiplier that shares no factor with 36^6 scatters neighbours, so that an index is no walk through memory.
  const scattered = Number((BigInt(index) * 1_500_450_271n) % BigInt(36 ** 6));
  return `P${scattered.toString(36).toUpperCase().padStart(6, "0")}`;
}
