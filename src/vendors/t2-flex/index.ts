/**
 * T2 Flex alone.
 *
 * @module @offstreet/enforcement/t2-flex
 */

export { OPEN_END } from "../../core/lookup/wire-forms.ts";
export type { T2FlexOptions } from "./config.ts";
export { genetecDialect } from "./dialects/genetec/genetec.ts";
export { offstreetDialect } from "./dialects/offstreet/offstreet.ts";
export { type T2FlexMappingInput, type T2FlexStation, validateT2FlexMapping } from "./mapping.ts";
export { createT2FlexProvider, type T2FlexProvider } from "./provider.ts";
