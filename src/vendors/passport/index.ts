/**
 * Passport OpsMan alone.
 *
 * @module @offstreet/enforcement/passport
 */

export { passportCompanyCode } from "./company-code.ts";
export type { PassportOptions } from "./config.ts";
export { type PassportMappingInput, validatePassportMapping } from "./mapping.ts";
export { createPassportProvider, type PassportProvider } from "./provider.ts";
export type { PassportZone } from "./zone-index.ts";
