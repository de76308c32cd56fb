import { createHash } from "node:crypto";
import {
  type Company,
  type Directory,
  type Location,
  memoryDirectory,
  type PermitInput,
  type StoredCredential,
} from "@offstreet/enforcement";
import { type CitySizes, DAY_MS } from "./sizes.ts";

export type VendorName = "passport" | "hotspot";

/** What a permit is at some moment. Its other fields follow from its number. */
export interface PermitState {
  /** The permit's number: 0 to `permits`, or more where it was issued during the day. */
  readonly permit: number;
  readonly revision: number;
  /** The number of its plate. */
  readonly plate: number;
  /** The day on which it ends, counted from today; null where it has no end. */
  readonly endDay: number | null;
  readonly isRevoked: boolean;
}

export const LOTS = 10;
const PULL_PROVIDER_ID = "t2-flex";

/** Numbers of plates: permits have the plate of their own number, until they change it for one of these. */
export const FIRST_SPARE_PLATE = 2_000_000;
/** From here on, plates that never have a permit. */
export const FIRST_STRANGER = 3_000_000;
const MAX_PLATES = 4_000_000;

// Shares no factor with 36^6, so that each plate has another number; small enough for exact multiplication.
const SCATTER = 1_500_450_271;
const PLATE_NUMBERS = 36 ** 6;

/**
 * Everything that a city is made of, computed from numbers: no process holds a million objects. The same in each
 * process.
 */
export class World {
  readonly sizes: CitySizes;

  constructor(sizes: CitySizes) {
    this.sizes = sizes;
  }

  companyOf(permit: number): number {
    return permit % this.sizes.companies;
  }

  lotOf(permit: number): number {
    return Math.floor(permit / this.sizes.companies) % LOTS;
  }

  vendorOf(company: number): VendorName {
    return company % 2 === 0 ? "passport" : "hotspot";
  }

  /** A number for each target that a lot ever has: `version` counts its mapping changes. */
  targetOf(company: number, lot: number, version: number): number {
    return (version * this.sizes.companies + company) * LOTS + lot;
  }

  vendorOfTarget(target: number): VendorName {
    return this.vendorOf(Math.floor(target / LOTS) % this.sizes.companies);
  }

  /** The permit as it was before the day began. */
  initialState(permit: number): PermitState {
    const endDay = permit % 10 === 9 ? null : 2 + ((permit * 7) % 365);
    return { permit, revision: 1, plate: permit, endDay, isRevoked: false };
  }

  toPermit({ permit, revision, plate, endDay }: PermitState): PermitInput {
    const company = this.companyOf(permit);
    const number = plateText(plate);
    return {
      id: permitId(permit),
      companyId: companyId(company),
      plates: [permit % 3 === 0 ? { raw: number, number, region: "CA-NS" } : { raw: number, number }],
      locationIds: [locationId(company, this.lotOf(permit))],
      validFrom: new Date(this.sizes.midnight - (1 + (permit % 300)) * DAY_MS),
      validTo: endDay === null ? null : new Date(this.endOf(endDay)),
      revision,
    };
  }

  /** The instant at which a permit with this last day ends, in milliseconds. */
  endOf(endDay: number): number {
    return this.sizes.midnight + endDay * DAY_MS;
  }

  /** The companies and their locations; `versions` has the targets that are not a lot's first. */
  directoryOf(company: number, versions: ReadonlyMap<string, number>): Directory {
    const vendor = this.vendorOf(company);
    const on = { enabled: true };
    const entry: Company = {
      id: companyId(company),
      name: `Company ${company}`,
      providers: { [providerId(vendor, company)]: on, [PULL_PROVIDER_ID]: on },
    };
    const locations = Array.from({ length: LOTS }, (_, lot): Location => {
      const id = locationId(company, lot);
      const target = this.targetOf(company, lot, versions.get(id) ?? 0);
      return {
        id,
        companyId: entry.id,
        name: `Lot ${lot} of company ${company}`,
        region: "CA-NB",
        providers: {
          [providerId(vendor, company)]: { enabled: true, target: targetText(vendor, target) },
          [PULL_PROVIDER_ID]: on,
        },
      };
    });
    return memoryDirectory({ companies: [entry], locations });
  }
}

export const companyId = (company: number): string => `company-${company}`;
export const companyNumber = (id: string): number => Number(id.slice("company-".length));
export const locationId = (company: number, lot: number): string => `lot-${company}-${lot}`;
export const permitId = (permit: number): string => `permit-${permit}`;
export const permitNumber = (id: string): number => Number(id.slice("permit-".length));
export const providerId = (vendor: VendorName, company: number): string => `${vendor}-${company}`;

/** Passport's Operator ID of a company. */
export const operatorId = (company: number): string =>
  `0f0f0f0f-0000-4000-8000-${String(company).padStart(12, "0")}`;

/** A zone of Passport, or a SpotID of HotSpot. */
export function targetText(vendor: VendorName, target: number): string {
  return vendor === "passport"
    ? `0a0a0a0a-0000-4000-8000-${String(target).padStart(12, "0")}`
    : String(target).padStart(8, "0");
}

export function targetNumber(text: string): number {
  return Number(text.slice(text.lastIndexOf("-") + 1));
}

/** Seven characters, as plates have them; different for each number. */
export function plateText(plate: number): string {
  if (plate >= MAX_PLATES) throw new RangeError(`There is no plate ${plate}.`);
  return `P${plateCode(plate).toString(36).toUpperCase().padStart(6, "0")}`;
}

/** The number that the text of a plate stands for. */
export const plateCode = (plate: number): number => (plate * SCATTER) % PLATE_NUMBERS;
export const plateCodeOf = (text: string): number => Number.parseInt(text.slice(1), 36);

/** What an officer's handheld of a company logs in with. */
export const officerKey = (company: number): string =>
  createHash("sha256").update(`officers of company ${company}`).digest("base64url");

export function officerCredential(company: number): StoredCredential {
  const hash = createHash("sha256").update(officerKey(company)).digest("hex");
  return { id: companyId(company), companyId: companyId(company), hashes: [hash] };
}

/** Two companies in twenty, one of each vendor: the vendor answers every fifth of their requests with "wait a second". */
export const isThrottled = (company: number): boolean => company % 20 === 6 || company % 20 === 7;
export const THROTTLE_EVERY = 5;
