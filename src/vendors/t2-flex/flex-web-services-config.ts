import * as z from "zod/mini";
import type { Secret } from "../../core/provider.ts";
import {
  baseUrlOption,
  type HttpOptions,
  type HttpSettings,
  httpOptionShape,
  secretOption,
  textOption,
  toHttpSettings,
} from "../../http/options.ts";

/**
 * Access to the web services of one Flex system, for discovery; permits need none of it. Hosts, paths and fields are
 * seen in client code.
 */
export interface FlexWebServicesOptions extends HttpOptions {
  /** The system's own part of its address: `fundy` of `fundy.t2flex.com`. Or give `baseUrl`. */
  tenant?: string;
  /** Where T2 hosts the system: `US`, at t2flex.com, is the default; `CA` is at t2flex.ca. */
  country?: "US" | "CA";
  /** The folder of the services, in place of `tenant` and `country`. https, or http on loopback. */
  baseUrl?: string;
  /** An account for web services. It travels in the body of each request. */
  username: string;
  password: Secret;
}

/** {@link FlexWebServicesOptions}, checked and with defaults. */
export interface FlexWebServicesConfig {
  readonly baseUrl: string;
  readonly username: string;
  readonly password: Secret;
  readonly http: HttpSettings;
}

// Both spellings are seen in client code, each with its host.
const FOLDERS = {
  US: (tenant: string) => `https://${tenant}.t2flex.com/POWERPARKws`,
  CA: (tenant: string) => `https://${tenant}.t2flex.ca/PowerParkWS`,
} as const;

/** The schema of the option `flexWebServices`. */
export const flexWebServicesOption = z
  .strictObject(
    {
      tenant: z.optional(
        z
          .string("must be text.")
          .check(
            z.regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i, "must be the first part of the address."),
          ),
      ),
      country: z.optional(z.enum(["US", "CA"], 'must be "US" or "CA".')),
      baseUrl: z.optional(baseUrlOption),
      username: textOption,
      password: secretOption,
      ...httpOptionShape,
    },
    "must be an object.",
  )
  .check(
    z.refine(
      ({ tenant, baseUrl }) => (tenant === undefined) !== (baseUrl === undefined),
      "must have either tenant or baseUrl.",
    ),
  );

/** Fills in the defaults of options that the schema has let pass. */
export function toFlexWebServicesConfig(
  options: z.output<typeof flexWebServicesOption>,
): FlexWebServicesConfig {
  const { tenant = "", country = "US", username, password } = options;
  const baseUrl = options.baseUrl ?? FOLDERS[country](tenant);
  return { baseUrl, username, password, http: toHttpSettings(options) };
}
