import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { ProviderEvent } from "../../../src/core/provider.ts";
import { createSandbox } from "../../../src/sandbox/sandbox.ts";
import type { PassportOptions } from "../../../src/vendors/passport/config.ts";
import { createPassportProvider } from "../../../src/vendors/passport/provider.ts";
import type { PassportSandboxOptions } from "../../../src/vendors/passport/sandbox/sandbox.ts";
import { type HostRegistration, now, sampleRegistration } from "../../support/registrations.ts";
import type { VendorServer } from "../../support/vendor-server.ts";

export const ORIGIN = "https://passport.test";
export const OPERATOR = "3f1d1d7e-0f52-4a5e-9f3b-0d2c6f3f1a10";
export const DOWNTOWN = "11111111-1111-4111-8111-111111111111";
export const LIBRARY = "22222222-2222-4222-8222-22222222222a";

const ZONES = [
  { id: DOWNTOWN, number: "101", name: "Downtown Lot", externalId: "lot-1" },
  { id: LIBRARY, number: "102", name: "Bibliothèque", externalId: "lot-2" },
];

type ZoneIds = "passport" | "external";

/** An event as it is sent. */
export interface SentEvent {
  readonly session_id: string;
  readonly occurred_at: string;
  readonly [field: string]: unknown;
}

/** A request to `/events`. */
export interface SentBatch {
  readonly type: string;
  readonly version: string;
  readonly data: readonly SentEvent[];
}

type Answer = (request: Request) => Promise<Response | undefined> | Response | undefined;

export interface BenchOptions<Ids extends ZoneIds = "passport"> {
  sandbox?: PassportSandboxOptions;
  provider?: Partial<PassportOptions> & { zoneIds?: Ids };
  /** Answers in place of the sandbox, unless it returns `undefined`. */
  instead?: Answer;
}

/** The sandbox behind msw, and a provider that is connected to it. The clocks of both show `now`. */
export function connect<Ids extends ZoneIds = "passport">(
  vendor: VendorServer,
  options: BenchOptions<Ids> = {},
) {
  const bench = createBench(options, `${vendor.origin}/passport`);
  vendor.use(bench.answer);
  return {
    ...bench,
    batches: () => vendor.bodies<SentBatch>("/events"),
    /** The number of requests to a path, by its end. */
    count: (path: string) => vendor.requests.filter(({ url }) => url.pathname.endsWith(path)).length,
  };
}

/** The same without a network between them, for tests in which time does not pass. */
export function connectDirectly<Ids extends ZoneIds = "passport">(options: BenchOptions<Ids> = {}) {
  const direct: { answer?: (request: Request) => Promise<Response> } = {};
  const fetch = async (input: Request | URL | string, init?: RequestInit): Promise<Response> =>
    (await direct.answer?.(new Request(input, init))) ?? Response.error();
  const bench = createBench({ ...options, provider: { fetch, ...options.provider } }, `${ORIGIN}/passport`);
  direct.answer = bench.answer;
  return bench;
}

function createBench<Ids extends ZoneIds>(options: BenchOptions<Ids>, baseUrl: string) {
  let time = now.getTime();
  const clock = () => new Date(time);
  const { passport } = createSandbox({
    clock,
    passport: { operatorId: OPERATOR, zones: ZONES, strict: true, ...options.sandbox },
  });
  const events: ProviderEvent[] = [];
  const provider = createPassportProvider({
    operatorId: OPERATOR,
    clientId: passport.clientId,
    clientSecret: passport.clientSecret,
    baseUrl,
    currency: "CAD",
    clock,
    onEvent: (event) => events.push(event),
    ...options.provider,
  });
  return {
    provider,
    sandbox: passport,
    faults: passport.faults,
    clock,
    events,
    answer: async (request: Request) => (await options.instead?.(request)) ?? passport.fetch(request),
    /** Moves both clocks. */
    pass(milliseconds: number) {
      time += milliseconds;
    },
    /** The plates that an officer sees at an instant. */
    seen: (at = clock(), zoneId = DOWNTOWN) =>
      passport
        .findSessions({ zoneId, at })
        .map(({ plate }) => plate)
        .sort(),
  };
}

/** The given number of registrations, each for another permit and plate. */
export function manyRegistrations(
  count: number,
  changes: Partial<HostRegistration> = {},
): HostRegistration[] {
  return Array.from({ length: count }, (_, index) =>
    sampleRegistration({
      permitId: `P-${index}`,
      plate: parsePlate(`AB ${String(index).padStart(4, "0")}`, { region: "NB" }),
      ...changes,
    }),
  );
}
