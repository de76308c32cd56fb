import * as z from "zod/mini";
import { isLookupDialect, type LookupDialect } from "../../core/dialect.ts";
import { parseOptions, textOption } from "../../http/options.ts";
import { offstreetDialect } from "./dialects/offstreet.ts";

/** Options of `createT2FlexProvider`. */
export interface T2FlexOptions {
  /** The host's name for this instance; the key of `providers` in companies and locations. Default `t2-flex`. */
  id?: string;
  /**
   * The wire format of Flex's lookups. T2 does not publish it: `offstreet`, the default, is Offstreet's own search as
   * public clients use it, and a `LookupDialect` of your own replaces it.
   */
  dialect?: "offstreet" | LookupDialect;
}

/** {@link T2FlexOptions} checked, with their defaults filled in. */
export interface T2FlexSettings {
  readonly id: string;
  readonly dialect: LookupDialect;
}

const DIALECTS: ReadonlyMap<unknown, LookupDialect> = new Map([["offstreet", offstreetDialect]]);

const schema = z.strictObject(
  {
    id: z.optional(textOption),
    dialect: z.optional(
      z.custom<LookupDialect | "offstreet">(
        (value) => DIALECTS.has(value) || isLookupDialect(value),
        'must be "offstreet" or a LookupDialect.',
      ),
    ),
  },
  "must be an object.",
);

/** Checks the options. @throws EnforcementError `invalid_config` naming each option that is wrong */
export function readT2FlexOptions(options: T2FlexOptions): T2FlexSettings {
  const { id = "t2-flex", dialect = "offstreet" } = parseOptions(schema, options, "createT2FlexProvider");
  return { id, dialect: typeof dialect === "string" ? offstreetDialect : dialect };
}
