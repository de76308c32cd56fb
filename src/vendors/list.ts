import { hotSpotVendor } from "./hotspot/vendor.ts";
import { passportVendor } from "./passport/vendor.ts";
import { t2FlexVendor } from "./t2-flex/vendor.ts";

/** The vendors that sandbox server, testing and command line know, in the order in which they are shown: one line each. */
export const VENDORS = [t2FlexVendor, passportVendor, hotSpotVendor] as const;
