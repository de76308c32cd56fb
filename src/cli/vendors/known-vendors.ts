import type { VendorDescriptor, VendorFacts, VendorSettings } from "../../core/vendor/vendor-descriptor.ts";
import type { VendorTextUse } from "../../core/vendor/vendor-list.ts";
import { VENDORS } from "../../vendors/list.ts";
import type { Place, Problem } from "../unusable-input.ts";

/** The vendors that the command line knows, in the order in which it shows them. */
export const KNOWN_VENDORS: readonly VendorDescriptor[] = VENDORS;

/** Their names. */
export const VENDOR_NAMES: readonly string[] = KNOWN_VENDORS.map(({ name }) => name);

/** A vendor by its name. */
export function findVendor(name: string): VendorDescriptor | undefined {
  return KNOWN_VENDORS.find((vendor) => vendor.name === name);
}

/** What a location's target is for a vendor: what it is compared with in the vendor's list. Of an unknown vendor: an id. */
export function targetUseOf(vendor: VendorDescriptor | undefined): VendorTextUse {
  const list = vendor?.list;
  return list?.fields.find(({ key }) => key === list.target)?.use ?? "id";
}

/** What is known of one provider's vendor, from the mapping file and the files that flags name, with places. */
export interface MappedFacts {
  /** What the vendor has. Absent: no file says. */
  readonly list?: EntryList | undefined;
  /** The other keys, by name. */
  readonly settings: VendorSettings;
}

/** Nothing is known. */
export const NO_FACTS: MappedFacts = { settings: {} };

/** The same without places, as a vendor's descriptor takes it. */
export function toVendorFacts({ list, settings }: MappedFacts): VendorFacts {
  if (list === undefined) return { settings };
  const { entries, complete, fetchedAt } = list;
  return {
    settings,
    list: {
      entries: entries.map(({ value }) => value),
      complete,
      ...(fetchedAt === undefined ? {} : { fetchedAt }),
    },
  };
}

/** What a vendor has, each entry with its place. */
export interface EntryList<Entry = unknown> {
  readonly entries: readonly { readonly value: Entry; readonly place: Place }[];
  /** Whether the list holds everything that the vendor has. */
  readonly complete: boolean;
  /** When the vendor gave the list. Absent: not known. */
  readonly fetchedAt?: Date;
  /** What was read of a file of its own, and may be meant otherwise. */
  readonly warnings?: readonly Problem[];
}
