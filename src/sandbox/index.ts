/**
 * Each vendor as we read it, to try and to test against.
 *
 * @module @offstreet/enforcement/sandbox
 */

export type {
  Handheld,
  HandheldAnswer,
  HandheldCredential,
  HandheldEntry,
  HandheldOptions,
  HandheldQuestion,
  HandheldSession,
} from "../core/lookup/handheld.ts";
export {
  createHotSpotSandbox,
  type HotSpotSandbox,
  type HotSpotSandboxOptions,
  type HotSpotSandboxRequest,
} from "../vendors/hotspot/sandbox/sandbox.ts";
export type { HotSpotForeignPermit, HotSpotSandboxPermit } from "../vendors/hotspot/sandbox/state.ts";
export type {
  PassportEventsMode,
  PassportRefusedItems,
  PassportSandboxEvent,
} from "../vendors/passport/sandbox/events.ts";
export type { PassportRightPaging } from "../vendors/passport/sandbox/queries.ts";
export {
  createPassportSandbox,
  type PassportForeignSession,
  type PassportSandbox,
  type PassportSandboxOptions,
  type PassportSandboxRequest,
} from "../vendors/passport/sandbox/sandbox.ts";
export type { PassportEventType } from "../vendors/passport/sandbox/schema.ts";
export type { PassportSandboxSession } from "../vendors/passport/sandbox/state.ts";
export type { PassportTokenExpiry } from "../vendors/passport/sandbox/tokens.ts";
export type { PassportSandboxZone, PassportSandboxZoneInput } from "../vendors/passport/sandbox/zones.ts";
export {
  createFieldHandheld,
  type FieldHandheld,
  type FieldHandheldOptions,
  type FieldScreen,
  type FieldSession,
  type FieldVendor,
} from "../vendors/t2-flex/sandbox/field-handheld.ts";
export { createHandheld, type T2FlexHandheldDialect } from "../vendors/t2-flex/sandbox/sandbox.ts";
export { createFaults, type Fault, type FaultScope, type Faults, type FetchHandler } from "./faults.ts";
export {
  createSandbox,
  type ListeningSandbox,
  type Sandbox,
  type SandboxOptions,
  type ServedVendorName,
  type VendorSandboxesByName,
  type VendorSandboxOptionsByName,
  type VendorSandboxUrls,
} from "./sandbox.ts";
