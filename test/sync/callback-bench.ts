import { memoryDirectory } from "../../src/core/directory/directory.ts";
import { parsePlate } from "../../src/core/permit/plate.ts";
import type { PushProvider } from "../../src/core/provider.ts";
import type { SyncEvent } from "../../src/sync/deliver/events.ts";
import { memoryLedger } from "../../src/sync/memory/memory-ledger.ts";
import { systemTimers } from "../../src/sync/pace/timers.ts";
import { createPermitSyncWith } from "../../src/sync/permit-sync.ts";
import { defaultHotSpotWire } from "../../src/vendors/hotspot/default-wire.ts";
import { createHotSpotProvider } from "../../src/vendors/hotspot/provider.ts";
import { createHotSpotSandbox } from "../../src/vendors/hotspot/sandbox/sandbox.ts";
import { createPassportProvider } from "../../src/vendors/passport/provider.ts";
import { createPassportSandbox } from "../../src/vendors/passport/sandbox/sandbox.ts";

/** Part of a plate, of tokens and of what callbacks throw: no event, error or log may show it. */
export const SECRET = "GXK204";

/** What a misbehaving callback does. */
export const MISDEEDS: Readonly<Record<string, () => unknown>> = {
  throws: () => {
    throw new Error(SECRET);
  },
  "throws undefined": () => {
    throw undefined;
  },
  rejects: async () => {
    throw new Error(SECRET);
  },
  "rejects with undefined": () => Promise.reject(),
  hangs: () => new Promise(() => {}),
  "returns undefined": () => undefined,
  "returns null": () => null,
  "returns a number": () => 42,
  "returns not a number": () => Number.NaN,
  "returns empty text": () => "",
  "returns an object": () => ({}),
  "returns a list": () => [],
  "returns a promise of null": async () => null,
  "returns an invalid Date": () => new Date(Number.NaN),
  "returns an object that cannot be inspected": () =>
    new Proxy(
      {},
      {
        get() {
          throw new Error(SECRET);
        },
      },
    ),
};

/** A host's callback; its behaviour is chosen at each call. */
type Callback = <Args extends readonly unknown[], Value>(
  good: (...args: Args) => Value,
) => (...args: Args) => Value;

const OPERATOR = "3f1a7c52-8b6d-4e0f-9c21-d47a60b5e913";
const ZONE = "9d3c1e70-5a42-4b8f-a6d1-07e2c94f8b35";
const http = { attemptTimeoutMs: 500, deadlineMs: 1_000 };

/** The callbacks of each option, with a vendor's sandbox behind them. */
export const CALLBACKS: Readonly<Record<string, (callback: Callback) => CallbackBench>> = {
  "onEvent of sync": (callback) => hotSpot({}, { onEvent: callback(() => {}) }),
  "clock of sync": (callback) => hotSpot({}, { clock: callback(() => new Date()) }),
  "token of HotSpot": (callback) => hotSpot({ token: callback(() => SECRET) }),
  "companyToken of HotSpot": (callback) => hotSpot({ companyToken: callback(() => SECRET) }),
  "wire.encode of HotSpot": (callback) =>
    hotSpot({ wire: { ...defaultHotSpotWire, encode: callback(defaultHotSpotWire.encode) } }),
  "wire.decode of HotSpot": (callback) =>
    hotSpot({ wire: { ...defaultHotSpotWire, decode: callback(defaultHotSpotWire.decode) } }),
  "fetch of HotSpot": (callback) => hotSpot({}, {}, callback),
  "onEvent of HotSpot": (callback) => hotSpot({ onEvent: callback(() => {}) }),
  "clock of HotSpot": (callback) => hotSpot({ clock: callback(() => new Date()) }),
  "clientSecret of Passport": (callback) => passport({ clientSecret: callback(() => SECRET) }),
  "fetch of Passport": (callback) => passport({}, callback),
  "onEvent of Passport": (callback) => passport({ onEvent: callback(() => {}) }),
  "clock of Passport": (callback) => passport({ clock: callback(() => new Date()) }),
};

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
const asItIs: Callback = (good) => good;

function hotSpot(
  options: Partial<Parameters<typeof createHotSpotProvider>[0]>,
  ofSync: Partial<Parameters<typeof createPermitSyncWith>[0]> = {},
  callback = asItIs,
) {
  const sandbox = createHotSpotSandbox({ token: SECRET, spotIds: ["00001"] });
  const fetch: Fetch = async (input, init) => sandbox.fetch(new Request(input, init));
  const provider = createHotSpotProvider({
    id: "vendor",
    baseUrl: "https://sandbox.invalid/hotspot",
    token: SECRET,
    fetch: callback(fetch),
    ...http,
    ...options,
  });
  return benchOf(provider, "00001", {
    ofSync,
    countLive: () => sandbox.findPermits({ at: new Date() }).length,
  });
}

function passport(options: Partial<Parameters<typeof createPassportProvider>[0]>, callback = asItIs) {
  const sandbox = createPassportSandbox({
    clientId: "client",
    clientSecret: SECRET,
    operatorId: OPERATOR,
    zones: [{ id: ZONE, number: "1", name: "Lot" }],
  });
  const fetch: Fetch = async (input, init) => sandbox.fetch(new Request(input, init));
  const provider = createPassportProvider({
    id: "vendor",
    operatorId: OPERATOR,
    clientId: "client",
    clientSecret: SECRET,
    baseUrl: "https://sandbox.invalid/passport",
    fetch: callback(fetch),
    ...http,
    ...options,
  });
  return benchOf(provider, ZONE, { ofSync: {}, countLive: () => sandbox.sessions.size });
}

export type CallbackBench = ReturnType<typeof benchOf>;

function benchOf(
  provider: PushProvider,
  target: string,
  context: {
    ofSync: Partial<Parameters<typeof createPermitSyncWith>[0]>;
    countLive: () => number;
  },
) {
  const { ofSync, countLive } = context;
  const events: SyncEvent[] = [];
  const on = { vendor: { enabled: true, target } };
  const { onEvent } = ofSync;
  const options = {
    providers: [provider],
    ledger: memoryLedger(),
    directory: memoryDirectory({
      companies: [{ id: "c", name: "C", providers: { vendor: { enabled: true } } }],
      locations: [{ id: "lot", companyId: "c", name: "Lot", region: "NB", providers: on }],
    }),
    ...ofSync,
    onEvent(event: SyncEvent) {
      events.push(event);
      return onEvent?.(event);
    },
  };
  const create = () =>
    createPermitSyncWith(options, {
      timers: systemTimers(ofSync.clock ?? (() => new Date())),
      // No random wait.
      random: () => 0,
    });
  return { create, events, countLive };
}

export function permit(id: string) {
  const hour = 60 * 60_000;
  return {
    id,
    companyId: "c",
    plates: [parsePlate(SECRET)],
    locationIds: ["lot"],
    validFrom: new Date(Date.now() - hour),
    validTo: new Date(Date.now() + 24 * hour),
    revision: 1,
  };
}
