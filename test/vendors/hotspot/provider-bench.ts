import type { ProviderEvent } from "../../../src/core/provider.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { HotSpotOptions } from "../../../src/vendors/hotspot/config.ts";
import { createHotSpotProvider } from "../../../src/vendors/hotspot/provider.ts";
import type { HotSpotSandboxOptions } from "../../../src/vendors/hotspot/sandbox/sandbox.ts";
import { now, sampleRegistration } from "../../support/registrations.ts";
import type { VendorServer } from "../../support/vendor-server.ts";

export const ORIGIN = "https://hotspot.test";
/** A SpotID whose zeros must not be lost. */
export const SPOT = "00142";

type Answer = (request: Request) => Promise<Response | undefined> | Response | undefined;

export interface BenchOptions {
  sandbox?: HotSpotSandboxOptions;
  provider?: Partial<HotSpotOptions>;
  /** Answers in place of the sandbox, unless it returns `undefined`. */
  instead?: Answer;
}

/** The sandbox behind msw, and a provider that is connected to it. The clocks of both show `now`. */
export function connect(vendor: VendorServer, options: BenchOptions = {}) {
  const bench = createBench(options, `${vendor.origin}/hotspot`);
  vendor.use(bench.answer);
  return bench;
}

/** The same without a network between them, for tests in which time does not pass. */
export function connectDirectly(options: BenchOptions = {}) {
  const direct: { answer?: (request: Request) => Promise<Response> } = {};
  const fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> =>
    (await direct.answer?.(new Request(input, init))) ?? Response.error();
  const bench = createBench({ ...options, provider: { fetch, ...options.provider } }, `${ORIGIN}/hotspot`);
  direct.answer = bench.answer;
  return bench;
}

function createBench(options: BenchOptions, baseUrl: string) {
  let time = now.getTime();
  const clock = () => new Date(time);
  const { hotspot } = createSandbox({
    clock,
    hotspot: { token: "token-1", spotIds: [SPOT, "14283", "15320"], strict: true, ...options.sandbox },
  });
  const events: ProviderEvent[] = [];
  const provider = createHotSpotProvider({
    baseUrl,
    token: "token-1",
    clock,
    onEvent: (event) => events.push(event),
    ...options.provider,
  });
  return {
    provider,
    sandbox: hotspot,
    faults: hotspot.faults,
    clock,
    events,
    answer: async (request: Request) => (await options.instead?.(request)) ?? hotspot.fetch(request),
    /** Moves both clocks. */
    pass(milliseconds: number) {
      time += milliseconds;
    },
    /** The plates that an officer sees at an instant. */
    seen: (at = clock(), spotId = SPOT) => hotspot.findPermits({ spotId, at }).map(({ plate }) => plate),
  };
}

/** A registration for {@link SPOT}. */
export const registration = (changes: Parameters<typeof sampleRegistration>[0] = {}) =>
  sampleRegistration({ target: SPOT, ...changes });
