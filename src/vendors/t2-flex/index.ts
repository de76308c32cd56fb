export type { T2FlexOptions } from "./config.ts";
export { OPEN_END, offstreetDialect } from "./dialects/offstreet.ts";
export { type T2FlexMappingInput, type T2FlexStation, validateT2FlexMapping } from "./mapping.ts";
export { createT2FlexProvider, type T2FlexProvider } from "./provider.ts";
