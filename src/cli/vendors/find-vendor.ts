import type { VendorDescriptor } from "../../core/vendor/vendor-descriptor.ts";
import type { VendorTextUse } from "../../core/vendor/vendor-list.ts";
import { VENDORS } from "../../vendors/list.ts";

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
