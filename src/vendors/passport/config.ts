import * as z from "zod/mini";
import { isUuid } from "../../core/fields.ts";
import type { Secret } from "../../core/provider.ts";
import {
  baseUrlOption,
  type HttpOptions,
  httpOptionShape,
  openEndedDaysOption,
  parseOptions,
  providerIdOption,
  secretOption,
  textOption,
  toHttpSettings,
} from "../../http/options.ts";

/**
 * Options of {@link createPassportProvider}: one instance for one Passport operator. Three are required: `operatorId`,
 * `clientId` and `clientSecret`. An unknown key, and a value that is empty or of a wrong type, throw `invalid_config` that
 * names each such option and shows no value.
 *
 * How sure the facts about Passport are: events, operator id and authorisation are documented by Passport; hosts, token
 * request and zone list are seen in public client code; rate limits are unpublished, so `requestsPerSecond` has no default.
 */
export interface PassportOptions extends HttpOptions {
  /**
   * The host's name for this instance: the key of `providers` in companies and locations. A host with several operators gives
   * each instance its own id. At most 512 characters, as `length` counts them. Default `passport`.
   */
  id?: string;
  /**
   * The Operator ID that Passport gave: a UUID, in either case. Passport expects lower case (seen in client code), so upper
   * case is lowered, and white space around the id is removed. The operator must authorise the client as a session provider
   * (documented).
   */
  operatorId: string;
  /** The client id that Passport gave, not empty. White space around it is removed. */
  clientId: string;
  /**
   * The client secret that Passport gave, or a function that returns it. A function is called for each new access token:
   * before the old one expires, and after Passport refused it. Invisible characters around the secret are removed. A
   * function that fails, or takes longer than `attemptTimeoutMs`, fails the call with `unavailable`; one that returns no text
   * fails it with `invalid_config`.
   */
  clientSecret: Secret;
  /**
   * Which of Passport's hosts is called: `https://api.us.passportinc.com` (`production`) or
   * `https://api.staging.passportinc.com` (`staging`), both seen in client code. `baseUrl` overrides it. Default
   * `production`.
   */
  environment?: "production" | "staging";
  /**
   * The address of Passport's API, instead of that of `environment`: https, or http on loopback for a sandbox; without user,
   * query or fragment. Trailing slashes are removed. A Canadian host is unpublished: ask Passport, and set it here. Default:
   * the host of `environment`.
   */
  baseUrl?: string;
  /**
   * Which ids the locations' targets are. Default `passport`.
   *
   * - `passport`: Passport's zone ids. A target may also be a zone's number or name, which the provider looks up in
   *   Passport's zone list; it must be unique there, and the list complete. Otherwise the operation fails with
   *   `invalid_input`.
   * - `external`: the host's own ids, which the operator has entered at Passport. They are sent unchanged as
   *   `external_zone_id` (seen in client code). The provider then has no `find` and no `listRegistrations`.
   */
  zoneIds?: "passport" | "external";
  /**
   * The ISO 4217 code in the fees of every session, three upper-case letters such as `CAD`. The fees themselves are always
   * `0.00`: permits are paid elsewhere (inferred). Default `USD`.
   */
  currency?: string;
  /**
   * How many days ahead the end of an open-ended registration is sent, because a Passport session needs an end (inferred): a
   * whole number from 1 to 365. The receipt's `coveredUntil` is that end. Durable sync extends it when a third of the time is
   * left; a host that calls the provider directly must amend it itself. Default 30.
   */
  openEndedDays?: number;
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

/** Checks the options and applies their defaults. @throws EnforcementError `invalid_config` that names each invalid option */
export function parsePassportOptions(options: PassportOptions) {
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

/** {@link PassportOptions}, checked and with their defaults. */
export type PassportConfig = Readonly<ReturnType<typeof parsePassportOptions>>;
