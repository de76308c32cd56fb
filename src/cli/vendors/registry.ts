import { hotSpotCommands } from "./hotspot.ts";
import { passportCommands } from "./passport.ts";
import { t2FlexCommands } from "./t2-flex.ts";
import type { VendorCommands } from "./vendor.ts";

/** The vendors that the command line knows: one line for each. */
export const VENDORS: readonly VendorCommands[] = [t2FlexCommands, passportCommands, hotSpotCommands];

/** Their names. */
export const VENDOR_NAMES: readonly string[] = VENDORS.map(({ vendor }) => vendor);

/** A vendor by its name. */
export function findVendor(name: string): VendorCommands | undefined {
  return VENDORS.find(({ vendor }) => vendor === name);
}
