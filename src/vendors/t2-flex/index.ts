/**
 * T2 Flex alone.
 *
 * @module @offstreet/enforcement/t2-flex
 */

export type { DialectName, T2FlexOptions } from "./config.ts";
export { genetecDialect } from "./dialects/genetec.ts";
export { irisDialect } from "./dialects/iris.ts";
export { offstreetDialect } from "./dialects/offstreet.ts";
export { OPEN_END } from "./dialects/open-end.ts";
export { type T2FlexMappingInput, type T2FlexStation, validateT2FlexMapping } from "./mapping.ts";
export { createT2FlexProvider, type T2FlexProvider } from "./provider.ts";
