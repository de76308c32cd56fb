import { createSandbox } from "@offstreet/enforcement/sandbox";
import { type FixedClock, fixedClock, sandboxHandlers } from "@offstreet/enforcement/testing";

const clock: FixedClock = fixedClock("2026-09-01T00:00:00Z");
console.log(typeof clock, sandboxHandlers.length, typeof createSandbox);
