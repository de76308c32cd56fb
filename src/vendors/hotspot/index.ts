/**
 * HotSpot alone.
 *
 * @module @offstreet/enforcement/hotspot
 */

export type { HotSpotOptions } from "./config.ts";
export { defaultHotSpotWire } from "./default-wire.ts";
export { type HotSpotMappingInput, type HotSpotSpot, validateHotSpotMapping } from "./mapping.ts";
export { createHotSpotProvider, type HotSpotProvider } from "./provider.ts";
export type {
  HotSpotOperation,
  HotSpotWire,
  HotSpotWireRefusal,
  HotSpotWireRequest,
  HotSpotWireResponse,
  HotSpotWireResult,
} from "./wire.ts";
