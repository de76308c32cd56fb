import {
  createHotSpotProvider,
  createPermitSync,
  memoryDirectory,
  memoryLedger,
  type Registration,
} from "@offstreet/enforcement";
import { Pool, fetch as undiciFetch } from "undici";
import { fetchOver } from "../../../../docs/examples/pooled-fetch/pooled-fetch.ts";
import type { Contender } from "../contenders/contender.ts";
import { makePermits } from "../world.ts";
import {
  CONNECTIONS,
  HEADERS_BY_HAND,
  HOTSPOT_COMPANY,
  HOTSPOT_ID,
  HOTSPOT_LOCATIONS,
  makeRegistrations,
  PERMITS_PATH,
  TOKEN,
  toBodyByHand,
} from "./work.ts";

/** What a contender sends with: the global `fetch` is absent. */
interface Transport {
  readonly fetch?: typeof fetch;
  close(): Promise<void>;
}

const globalFetch = (): Transport => ({ close: async () => {} });

function pooledFetch(origin: string): Transport {
  const pool = new Pool(origin, { connections: CONNECTIONS });
  return { fetch: fetchOver(pool), close: () => pool.close() };
}

/** undici's own fetch, with the host's pool as its dispatcher. */
function fetchWithDispatcher(origin: string): Transport {
  const dispatcher = new Pool(origin, { connections: CONNECTIONS });
  const send = (address: string, init: object) => undiciFetch(address, { ...init, dispatcher });
  return { fetch: send as unknown as typeof fetch, close: () => dispatcher.close() };
}

function createProvider(origin: string, transport: Transport) {
  return createHotSpotProvider({
    id: HOTSPOT_ID,
    baseUrl: origin,
    token: TOKEN,
    concurrency: CONNECTIONS,
    ...(transport.fetch === undefined ? {} : { fetch: transport.fetch }),
  });
}

/** The provider alone: one call of `registerMany`. */
function ours(open: (origin: string) => Transport): Contender {
  return {
    async prepare(count, { origin }) {
      const transport = open(origin);
      const provider = createProvider(origin, transport);
      const registrations = makeRegistrations(count);
      return {
        async run() {
          const outcomes = await provider.registerMany(registrations);
          const failed = outcomes.find(({ ok }) => !ok);
          if (failed !== undefined) throw new Error(`A registration failed: ${JSON.stringify(failed)}`);
        },
        end: () => transport.close(),
      };
    },
  };
}

/** Durable sync over a ledger in memory, before the provider. */
function ourSync(open: (origin: string) => Transport): Contender {
  return {
    async prepare(count, { origin }) {
      const transport = open(origin);
      const ledger = memoryLedger();
      const sync = createPermitSync({
        providers: [createProvider(origin, transport)],
        ledger,
        directory: memoryDirectory({ companies: [HOTSPOT_COMPANY], locations: HOTSPOT_LOCATIONS }),
        concurrency: CONNECTIONS,
      });
      await sync.issueMany(makePermits(count));
      return {
        async run() {
          await sync.start();
          await sync.idle();
        },
        async end() {
          await sync.stop();
          await ledger.close();
          await transport.close();
        },
      };
    },
  };
}

type SendByHand = (body: string) => Promise<{ status: number; text: string }>;

/** A loop with as many requests in progress, which keeps the vendor's reference of every registration. */
function byHand(open: (origin: string) => { send: SendByHand; close(): Promise<void> }): Contender {
  return {
    async prepare(count, { origin }) {
      const registrations = makeRegistrations(count);
      const { send, close } = open(origin);
      return {
        async run() {
          const references = await pushAll(registrations, send);
          if (references.size !== count) throw new Error(`${references.size} of ${count} are known.`);
        },
        end: close,
      };
    },
  };
}

async function pushAll(
  registrations: readonly Registration[],
  send: SendByHand,
): Promise<ReadonlyMap<string, string>> {
  const references = new Map<string, string>();
  const queue = registrations.values();
  const work = async () => {
    for (const registration of queue) {
      const { reference, body } = toBodyByHand(registration);
      const { status, text } = await send(body);
      if (status !== 200) throw new Error(`The vendor said ${status}: ${text}`);
      references.set(reference, (JSON.parse(text) as { Reference: string }).Reference);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  return references;
}

const fetchByHand = byHand((origin) => ({
  async send(body) {
    const response = await fetch(origin + PERMITS_PATH, { method: "POST", headers: HEADERS_BY_HAND, body });
    return { status: response.status, text: await response.text() };
  },
  close: async () => {},
}));

const requestByHand = byHand((origin) => {
  const pool = new Pool(origin, { connections: CONNECTIONS });
  return {
    async send(body) {
      const { statusCode, body: reply } = await pool.request({
        method: "POST",
        path: PERMITS_PATH,
        headers: HEADERS_BY_HAND,
        body,
      });
      return { status: statusCode, text: await reply.text() };
    },
    close: () => pool.close(),
  };
});

/** By name, as the table calls them. */
export const HOTSPOT_CONTENDERS: Readonly<Record<string, Contender>> = {
  "HotSpot, ours": ours(globalFetch),
  "HotSpot, ours over the host's pool": ours(pooledFetch),
  "HotSpot, ours with undici's fetch": ours(fetchWithDispatcher),
  "HotSpot, durable sync": ourSync(globalFetch),
  "HotSpot, durable sync over the host's pool": ourSync(pooledFetch),
  "HotSpot, bare fetch loop": fetchByHand,
  "HotSpot, undici request loop": requestByHand,
};
