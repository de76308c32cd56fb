/**
 * What hosts and authors of providers use in their own tests.
 *
 * @module @offstreet/enforcement/testing
 */

export { createFaults, type Fault, type FaultScope, type Faults } from "../sandbox/faults.ts";
export {
  type ConformanceRunner,
  describeProvider,
  type ProviderConformanceOptions,
} from "./describe-provider.ts";
export { type FixedClock, fixedClock } from "./fixed-clock.ts";
export type { ProviderUnderTest, SeenRight } from "./provider-under-test.ts";
export { describePullProvider, type PullProviderConformanceOptions } from "./pull/describe-pull-provider.ts";
export type {
  HandheldUnderTest,
  HandheldUnderTestOptions,
  PullProviderUnderTest,
  ShownAnswer,
} from "./pull/pull-provider-under-test.ts";
export { type SandboxBaseUrls, sandboxHandlers } from "./sandbox-handlers.ts";
