/**
 * HotSpot alone.
 *
 * @module @offstreet/enforcement/hotspot
 */

export type { HotSpotOptions } from "./config.ts";
export { type HotSpotMappingInput, type HotSpotSpot, validateHotSpotMapping } from "./mapping.ts";
export { createHotSpotProvider, type HotSpotProvider } from "./provider.ts";
export {
  defaultHotSpotWire,
  type HotSpotOperation,
  type HotSpotWire,
  type HotSpotWireRefusal,
  type HotSpotWireRequest,
  type HotSpotWireResponse,
  type HotSpotWireResult,
} from "./wire.ts";
