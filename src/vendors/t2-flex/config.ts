import * as z from "zod/mini";
import { isLookupDialect, type LookupDialect } from "../../core/lookup/dialect.ts";
import { parseOptions, providerIdOption } from "../../http/options.ts";
import { offstreetDialect } from "./dialects/offstreet/offstreet.ts";

/** Options of `createT2FlexProvider`. */
export interface T2FlexOptions {
  /** The host's name for this instance; the key of `providers` in companies and locations. Default `t2-flex`. */
  id?: string;
  /**
   * The wire format of Flex's lookups. T2 does not publish it. Default `offstreetDialect`: Offstreet's own search as
   * public clients use it. `iris` of `@offstreet/enforcement/dialects/iris` is T2's own SOAP lookup of one plate,
   * `genetecDialect` of `@offstreet/enforcement/t2-flex` the REST lookup of pay-by-plate providers. A `LookupDialect` of
   * your own replaces them.
   */
  dialect?: LookupDialect;
}

/** {@link T2FlexOptions} checked, with their defaults filled in. */
export interface T2FlexSettings {
  readonly id: string;
  readonly dialect: LookupDialect;
}

// Says where the values are, for a host that gives a name.
const NO_DIALECT =
  'must be a LookupDialect: iris of "@offstreet/enforcement/dialects/iris", genetecDialect of "@offstreet/enforcement/t2-flex" or one of your own; leave it out for the default.';

const schema = z.strictObject(
  {
    id: z.optional(providerIdOption),
    dialect: z.optional(z.custom<LookupDialect>(isLookupDialect, NO_DIALECT)),
  },
  "must be an object.",
);

/** Checks the options. @throws EnforcementError `invalid_config` naming each option that is wrong */
export function readT2FlexOptions(options: T2FlexOptions): T2FlexSettings {
  const parsed = parseOptions(schema, options, "createT2FlexProvider");
  const { id = "t2-flex", dialect = offstreetDialect } = parsed;
  return { id, dialect };
}
