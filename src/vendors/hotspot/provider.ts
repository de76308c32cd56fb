import { readRecord } from "../../core/fields.ts";
import { readSignal } from "../../core/options.ts";
import type { Outcome, PushProvider } from "../../core/provider.ts";
import { referenceOf } from "../../core/registration/identity.ts";
import { inOperation, toOutcome } from "../../core/registration/outcome.ts";
import {
  createPushOperations,
  type Delivered,
  type PushChange,
} from "../../core/registration/push-operations.ts";
import { type RegistrationInput, requireRegion } from "../../core/registration/registration.ts";
import { createHttpClient } from "../../http/client.ts";
import { createKeyLocks, mapLimited } from "../../http/concurrency.ts";
import { type HotSpotOptions, parseHotSpotOptions } from "./config.ts";
import { defaultHotSpotWire } from "./default-wire.ts";
import { type HotSpotMappingInput, validateHotSpotMapping } from "./mapping.ts";
import { createPush } from "./push.ts";
import { hotSpotSetup } from "./setup.ts";

/** A HotSpot provider: a push provider without `listZones`, `find` and `listRegistrations`. */
export type HotSpotProvider = PushProvider<HotSpotMappingInput, RegistrationInput>;

/**
 * Creates a provider for HotSpot. It sends one request per registration, at the SpotID of its location. The constructor sends
 * nothing.
 *
 * @throws EnforcementError `invalid_config` that names each invalid option
 */
export function createHotSpotProvider(hotSpotOptions: HotSpotOptions): HotSpotProvider {
  const config = parseHotSpotOptions(hotSpotOptions);
  const { id, openEndedDays, wire } = config;
  const http = createHttpClient({ providerId: id, settings: config.http, readRefusal: () => undefined });
  const push = createPush(config);
  // Whether HotSpot keeps the order of requests is unpublished: a registration never has two requests in flight.
  const locks = createKeyLocks();

  return Object.freeze({
    id,
    vendor: "hotspot",
    delivery: "push" as const,
    origin: new URL(config.baseUrl).origin,
    capabilities: Object.freeze({
      batchSize: 1,
      openEndedDays,
      listZones: false,
      find: false,
      listRegistrations: false,
      // The host's own wire may cancel by HotSpot's references only.
      ownReferences: wire.ownReferences ?? wire.encode === defaultHotSpotWire.encode,
    }),
    setup: hotSpotSetup,
    ...createPushOperations({
      providerId: id,
      clock: config.http.clock,
      openEndedDays,
      checkRegistration: (registration, field) => requireRegion(registration, field, "HotSpot"),
      async deliver(changes, context) {
        const outcomes = new Map<PushChange, Outcome<Delivered>>();
        await mapLimited(changes, config.http.concurrency, async (change) => {
          const lock = locks.acquire([change.identity]);
          const plateNumbers = [change.registration.plate.number];
          const outcome = await toOutcome(() =>
            http.perform({ ...context, plateNumbers }, async (attempt) => {
              if (!lock.isFree) await attempt.waitInLine(lock.ready);
              return push(attempt, change);
            }),
          );
          lock.release();
          outcomes.set(change, outcome);
        });
        return outcomes;
      },
    }),

    /** Cancels a registration that cannot exist. The reply "not found" means that HotSpot accepts the token. */
    async checkConnection(options = {}) {
      const operation = "checkConnection";
      const signal = inOperation({ providerId: id, operation }, () =>
        readSignal(readRecord(options, "options", ["signal"])["signal"], "options.signal"),
      );
      const change = toImpossibleCancel(id, config.http.clock());
      await http.perform({ operation, signal }, (attempt) => push(attempt, change));
      return { status: "connected" as const, message: "HotSpot accepts the token." };
    },

    validateMapping: (input: HotSpotMappingInput) =>
      validateHotSpotMapping({ ...input, providerId: id, companyToken: config.companyToken !== undefined }),
  });
}

function toImpossibleCancel(providerId: string, now: Date): PushChange {
  const at = now.toISOString();
  const registration = {
    companyId: crypto.randomUUID(),
    permitId: "connection-check",
    locationId: "none",
    generation: 0,
    target: "none",
    validTo: null,
    validFrom: at,
    plate: { number: "TEST123", region: "CA-NB" },
  };
  const identity = referenceOf(providerId, registration);
  return {
    kind: "cancel",
    identity,
    reference: identity,
    target: "none",
    registration,
    end: at,
    at,
    field: "connection check",
  };
}
