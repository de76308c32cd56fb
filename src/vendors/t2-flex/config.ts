import * as z from "zod/mini";
import { isLookupDialect, type LookupDialect } from "../../core/lookup/dialect.ts";
import { parseOptions, providerIdOption } from "../../http/options.ts";
import { genetecDialect } from "./dialects/genetec.ts";
import { irisDialect } from "./dialects/iris.ts";
import { offstreetDialect } from "./dialects/offstreet.ts";

/** The dialects that are built in. */
export type DialectName = "offstreet" | "iris" | "genetec";

/** Options of `createT2FlexProvider`. */
export interface T2FlexOptions {
  /** The host's name for this instance; the key of `providers` in companies and locations. Default `t2-flex`. */
  id?: string;
  /**
   * The wire format of Flex's lookups. T2 does not publish it. `offstreet`, the default, is Offstreet's own search as
   * public clients use it; `iris` is T2's own SOAP lookup of one plate; `genetec` is the REST lookup of pay-by-plate
   * providers. A `LookupDialect` of your own replaces them.
   */
  dialect?: DialectName | LookupDialect;
}

/** {@link T2FlexOptions} checked, with their defaults filled in. */
export interface T2FlexSettings {
  readonly id: string;
  readonly dialect: LookupDialect;
}

const DIALECTS: Readonly<Record<DialectName, LookupDialect>> = {
  offstreet: offstreetDialect,
  iris: irisDialect,
  genetec: genetecDialect,
};

const schema = z.strictObject(
  {
    id: z.optional(providerIdOption),
    dialect: z.optional(
      z.custom<LookupDialect | DialectName>(
        (value) => isDialectName(value) || isLookupDialect(value),
        'must be "offstreet", "iris", "genetec" or a LookupDialect.',
      ),
    ),
  },
  "must be an object.",
);

/** Checks the options. @throws EnforcementError `invalid_config` naming each option that is wrong */
export function readT2FlexOptions(options: T2FlexOptions): T2FlexSettings {
  const parsed = parseOptions(schema, options, "createT2FlexProvider");
  const { id = "t2-flex", dialect = "offstreet" } = parsed;
  return { id, dialect: isDialectName(dialect) ? DIALECTS[dialect] : dialect };
}

function isDialectName(value: unknown): value is DialectName {
  return typeof value === "string" && Object.hasOwn(DIALECTS, value);
}
