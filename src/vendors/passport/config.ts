import * as z from "zod/mini";
import { isUuid } from "../../core/fields.ts";
import type { Secret } from "../../core/provider.ts";
import {
  baseUrlOption,
  type HttpOptions,
  type HttpSettings,
  httpOptionShape,
  openEndedDaysOption,
  parseOptions,
  providerIdOption,
  secretOption,
  textOption,
  toHttpSettings,
} from "../../http/options.ts";

/** Options of {@link createPassportProvider}. */
export interface PassportOptions extends HttpOptions {
  /** The host's name for this instance, the key of `providers` in companies and locations. Default `passport`. */
  id?: string;
  /** The Operator ID that Passport gave: a UUID. Upper case is lowered, as the wire wants it. */
  operatorId: string;
  clientId: string;
  clientSecret: Secret;
  /** Default `production`. Hosts seen in client code; a Canadian host is unpublished: give it as `baseUrl`. */
  environment?: "production" | "staging";
  /** Replaces the environment's host. https, or http on loopback. */
  baseUrl?: string;
  /**
   * Whose zone ids the targets are. `passport` (default): Passport's own ids, or a zone's number or name, which is
   * looked up in Passport's zone list. `external`: ids of your own that Passport knows; they are sent as they are, and
   * what Passport shows cannot be read back.
   */
  zoneIds?: "passport" | "external";
  /** ISO 4217 code of the fees, which are always zero. Default `USD`. */
  currency?: string;
  /** How many days ahead an open-ended right is sent. 1 to 365, default 30. */
  openEndedDays?: number;
}

/** {@link PassportOptions}, checked and with defaults. */
export interface PassportConfig {
  readonly id: string;
  readonly operatorId: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly baseUrl: string;
  readonly zoneIds: "passport" | "external";
  readonly currency: string;
  readonly openEndedDays: number;
  readonly http: HttpSettings;
}

// Seen in client code.
const HOSTS = {
  production: "https://api.us.passportinc.com",
  staging: "https://api.staging.passportinc.com",
} as const;

const schema = z.strictObject({
  id: z.optional(providerIdOption),
  operatorId: z
    .string("must be the Operator ID that Passport gave.")
    .check(z.trim(), z.toLowerCase(), z.refine(isUuid, "must be a UUID.")),
  clientId: z.pipe(
    textOption,
    z.transform((text: string) => text.trim()),
  ),
  clientSecret: secretOption,
  environment: z.optional(z.enum(["production", "staging"], 'must be "production" or "staging".')),
  baseUrl: z.optional(baseUrlOption),
  zoneIds: z.optional(z.enum(["passport", "external"], 'must be "passport" or "external".')),
  currency: z.optional(
    z.string("must be text.").check(z.regex(/^[A-Z]{3}$/, "must be an ISO 4217 code such as CAD.")),
  ),
  openEndedDays: openEndedDaysOption,
  ...httpOptionShape,
});

/** @throws EnforcementError `invalid_config` naming each wrong option */
export function parsePassportOptions(options: PassportOptions): PassportConfig {
  const parsed = parseOptions(schema, options, "createPassportProvider");
  return {
    id: parsed.id ?? "passport",
    operatorId: parsed.operatorId,
    clientId: parsed.clientId,
    clientSecret: parsed.clientSecret,
    baseUrl: parsed.baseUrl ?? HOSTS[parsed.environment ?? "production"],
    zoneIds: parsed.zoneIds ?? "passport",
    currency: parsed.currency ?? "USD",
    openEndedDays: parsed.openEndedDays ?? 30,
    http: toHttpSettings(parsed),
  };
}
