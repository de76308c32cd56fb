import type { ConnectionCheck, PullProvider } from "../../core/provider.ts";
import { readT2FlexOptions, type T2FlexOptions } from "./config.ts";
import { type T2FlexMappingInput, validateT2FlexMapping } from "./mapping.ts";
import { t2FlexSetup } from "./setup.ts";

/** A T2 Flex provider: a pull provider whose validator compares locations with Mobile Payment Stations. */
export type T2FlexProvider = PullProvider<T2FlexMappingInput>;

/**
 * Creates a provider for T2 Flex, which asks the host in real time when an officer enters a plate. Pass it to
 * `createPermitLookupHandler`. It sends no request and holds no secret; `checkConnection` returns `not_applicable`.
 *
 * @throws EnforcementError `invalid_config` that names the option: an unknown one, one of a wrong type, or no dialect
 */
export function createT2FlexProvider(options: T2FlexOptions = {}): T2FlexProvider {
  const { id, dialect } = readT2FlexOptions(options);
  const { probe } = dialect;
  return Object.freeze({
    id,
    vendor: "t2-flex",
    delivery: "pull",
    dialect,
    ...(probe === undefined ? {} : { probe }),
    capabilities: Object.freeze({ places: dialect.places }),
    setup: t2FlexSetup,
    validateMapping: (input: T2FlexMappingInput) => validateT2FlexMapping({ ...input, providerId: id }),
    checkConnection: async () => NOTHING_TO_CALL,
  } satisfies T2FlexProvider);
}

const NOTHING_TO_CALL: ConnectionCheck = {
  status: "not_applicable",
  message:
    "T2 Flex calls the host's lookup endpoint, so there is nothing to call here; look up the test plate at that endpoint instead.",
};
