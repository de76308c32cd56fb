import * as z from "zod/mini";
import { isLookupDialect, type LookupDialect } from "../../core/lookup/dialect.ts";
import { parseOptions, providerIdOption } from "../../http/options.ts";
import { offstreetDialect } from "./dialects/offstreet/offstreet.ts";

/**
 * Options of `createT2FlexProvider`: one instance for one Flex system. None is required. An unknown key, and a value of a wrong
 * type, throw `invalid_config` that names the option.
 *
 * The provider needs no address and no secret: Flex asks the host's lookup handler, and the handler's `authorize` checks the
 * user name and password that the host issued (documented by the integration's guide). The wire format is unpublished.
 */
export interface T2FlexOptions {
  /**
   * The host's name for this instance: the key of `providers` in companies and locations. A host with several Flex systems
   * gives each instance its own id. At most 512 characters, as `length` counts them. Default `t2-flex`.
   */
  id?: string;
  /**
   * The wire format of Flex's lookups: how requests are parsed, where credentials are, and how answers are written. T2 does
   * not publish it. Default `offstreetDialect`.
   *
   * - `offstreetDialect`: Offstreet's own search, as public clients use it (seen in client code).
   * - `iris` of `@offstreet/enforcement/dialects/iris`: T2's own SOAP lookup of one plate (seen in client code).
   * - `genetecDialect` of `@offstreet/enforcement/t2-flex`: the REST lookup of pay-by-plate providers (documented by
   *   Genetec).
   * - a `LookupDialect` of your own.
   */
  dialect?: LookupDialect;
}

// Names the imports, because a host may pass a dialect's name instead of its value.
const NO_DIALECT =
  'must be a LookupDialect: iris of "@offstreet/enforcement/dialects/iris", genetecDialect of "@offstreet/enforcement/t2-flex" or one of your own; leave it out for the default.';

const schema = z.strictObject(
  {
    id: z.optional(providerIdOption),
    dialect: z.optional(z.custom<LookupDialect>(isLookupDialect, NO_DIALECT)),
  },
  "must be an object.",
);

/** Checks the options and applies their defaults. @throws EnforcementError `invalid_config` that names each invalid option */
export function readT2FlexOptions(options: T2FlexOptions): Required<T2FlexOptions> {
  const parsed = parseOptions(schema, options, "createT2FlexProvider");
  const { id = "t2-flex", dialect = offstreetDialect } = parsed;
  return { id, dialect };
}
