// What the package's root exports of each vendor, by name: one statement per vendor. The root exports all of this file.
export {
  createHotSpotProvider,
  type HotSpotOptions,
  type HotSpotProvider,
  type HotSpotWire,
  validateHotSpotMapping,
} from "./hotspot/index.ts";
export {
  createPassportProvider,
  type PassportOptions,
  type PassportProvider,
  passportCompanyCode,
  validatePassportMapping,
} from "./passport/index.ts";
export { createT2FlexProvider, type T2FlexOptions, validateT2FlexMapping } from "./t2-flex/index.ts";
