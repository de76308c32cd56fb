import { readRecord } from "../../core/fields.ts";
import type { ConnectionCheck, PullProvider } from "../../core/provider.ts";
import { readSignal } from "../../core/registration/operation-options.ts";
import { inOperation } from "../../core/registration/outcome.ts";
import { readT2FlexOptions, type T2FlexOptions } from "./config.ts";
import { createFlexWebServices, type FlexPlaceList } from "./flex-web-services.ts";
import { type T2FlexMappingInput, validateT2FlexMapping } from "./mapping.ts";
import { findProbe } from "./probes/find-probe.ts";
import { t2FlexSetup } from "./setup.ts";

/** A T2 Flex provider: a pull provider whose mapping is compared with Mobile Payment Stations. */
export type T2FlexProvider = Omit<PullProvider, "validateMapping"> & {
  validateMapping(input: T2FlexMappingInput): ReturnType<PullProvider["validateMapping"]>;
  /**
   * Lists the places that the Flex system knows (its *facilities*), to see how names are written there. Present when
   * `flexWebServices` is configured.
   *
   * A facility is no Mobile Payment Station: that one is listed does not prove that there is a station for it, that the
   * station's description is the same, or that it is linked. Nor does a missing one prove the contrary. Stations are
   * listed by nothing that is published; export them from Flex and give them to `validateT2FlexMapping`.
   *
   * @throws EnforcementError when the web services cannot be reached, refuse, or answer what cannot be understood
   */
  listPlaces?(options?: { signal?: AbortSignal }): Promise<FlexPlaceList>;
};

/**
 * Creates a provider for T2 Flex, which asks us in real time when an officer enters a plate. Give it to
 * `createPermitLookupHandler`. It sends nothing and holds no secret, unless `flexWebServices` is configured: then it
 * can ask the Flex system about itself, and `checkConnection` does.
 *
 * @throws EnforcementError `invalid_config` naming the option: unknown, of a wrong type, an unknown dialect
 */
export function createT2FlexProvider(options: T2FlexOptions = {}): T2FlexProvider {
  const { id, dialect, flexWebServices } = readT2FlexOptions(options);
  const probe = findProbe(dialect);
  const flex = flexWebServices === undefined ? undefined : createFlexWebServices(id, flexWebServices);
  const readContext = (operation: string, given: { signal?: AbortSignal } = {}) => ({
    operation,
    signal: inOperation({ providerId: id, operation }, () =>
      readSignal(readRecord(given, "options", ["signal"])["signal"], "options.signal"),
    ),
  });

  return Object.freeze({
    id,
    vendor: "t2-flex",
    delivery: "pull",
    dialect,
    ...(probe === undefined ? {} : { probe }),
    capabilities: Object.freeze({ places: dialect.places }),
    setup: t2FlexSetup,
    validateMapping: (input: T2FlexMappingInput) => validateT2FlexMapping({ ...input, providerId: id }),
    async checkConnection(given): Promise<ConnectionCheck> {
      if (flex === undefined) return NOTHING_TO_CALL;
      const context = readContext("checkConnection", given);
      await flex.requireAvailable(context);
      const { places } = await flex.listPlaces(context);
      const noun = places.length === 1 ? "facility" : "facilities";
      const message = `Flex's web services accept the credentials and show ${places.length} ${noun}.`;
      return { status: "connected", message };
    },
    ...(flex === undefined
      ? {}
      : { listPlaces: async (given) => flex.listPlaces(readContext("listPlaces", given)) }),
  } satisfies T2FlexProvider);
}

const NOTHING_TO_CALL: ConnectionCheck = {
  status: "not_applicable",
  message:
    "T2 Flex asks us, so there is nothing to call; look up the test plate at your own endpoint instead.",
};
