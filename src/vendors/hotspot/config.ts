import * as z from "zod/mini";
import type { Secret } from "../../core/provider.ts";
import {
  baseUrlOption,
  type HttpOptions,
  httpOptionShape,
  openEndedDaysOption,
  parseOptions,
  providerIdOption,
  secretOption,
  toHttpSettings,
} from "../../http/options.ts";
import { defaultHotSpotWire } from "./default-wire.ts";
import type { HotSpotWire } from "./wire.ts";

/**
 * Options of {@link createHotSpotProvider}: one instance for one HotSpot account. Two are required: `baseUrl` and `token`. An
 * unknown key, and a value that is empty or of a wrong type, throw `invalid_config` that names each such option and shows no
 * value.
 *
 * How sure the facts about HotSpot are: one SpotID per location and the company token are documented by the integration's
 * guide. Address, wire format, credentials and errors are unpublished: what the provider sends by default is inferred, and
 * `wire` replaces all of it.
 */
export interface HotSpotOptions extends HttpOptions {
  /**
   * The host's name for this instance: the key of `providers` in companies and locations. A host with several accounts gives
   * each instance its own id. At most 512 characters, as `length` counts them. Default `hotspot`.
   */
  id?: string;
  /**
   * The address to which permits are pushed: https, or http on loopback for a sandbox; without user, query or fragment.
   * Trailing slashes are removed. HotSpot does not publish it, so there is no default: ask HotSpot.
   */
  baseUrl: string;
  /**
   * The token that HotSpot gave, or a function that returns it. The default `wire` sends it as a bearer token (inferred). A
   * function is called before the first request, and again after HotSpot refused the token. Invisible characters around the
   * token are removed. A function that fails, or takes longer than `attemptTimeoutMs`, fails the call with `unavailable`; one
   * that returns no text fails it with `invalid_config`.
   */
  token: Secret;
  /**
   * The company's own HotSpot token, or a function that returns it, as for `token`. HotSpot may need it when plates do not
   * appear (documented by the integration's guide). The default `wire` sends it in the header `x-company-token` (inferred).
   * Default: none is sent, and `validateMapping` warns with `company_token_missing`.
   */
  companyToken?: Secret;
  /**
   * Replaces the wire format: `encode` writes a request, `decode` reads a reply. Retries, limits, masking and errors stay
   * those of the provider. Default: {@link defaultHotSpotWire}, inferred from the nearest published contract (OPSCOM's push
   * API).
   */
  wire?: HotSpotWire;
  /**
   * How many days ahead the end of an open-ended registration is sent, because the default `wire` needs an end (inferred): a
   * whole number from 1 to 365. The receipt's `coveredUntil` is that end. Durable sync extends it when a third of the time is
   * left; a host that calls the provider directly must amend it itself. Default 30.
   */
  openEndedDays?: number;
}

const schema = z.strictObject({
  id: z.optional(providerIdOption),
  baseUrl: baseUrlOption,
  token: secretOption,
  companyToken: z.optional(secretOption),
  wire: z.optional(
    z
      .custom<HotSpotWire>(isWire, "must have the functions encode and decode.")
      .check(z.refine(hasReadableReferences, "ownReferences must be true or false.")),
  ),
  openEndedDays: openEndedDaysOption,
  ...httpOptionShape,
});

function isWire(value: unknown): boolean {
  const wire = value as Partial<HotSpotWire> | null;
  return typeof wire?.encode === "function" && typeof wire.decode === "function";
}

function hasReadableReferences({ ownReferences }: HotSpotWire): boolean {
  return ownReferences === undefined || typeof ownReferences === "boolean";
}

/** Checks the options and applies their defaults. @throws EnforcementError `invalid_config` that names each invalid option */
export function parseHotSpotOptions(options: HotSpotOptions) {
  const parsed = parseOptions(schema, options, "createHotSpotProvider");
  return {
    id: parsed.id ?? "hotspot",
    baseUrl: parsed.baseUrl,
    token: parsed.token,
    companyToken: parsed.companyToken,
    wire: parsed.wire ?? defaultHotSpotWire,
    openEndedDays: parsed.openEndedDays ?? 30,
    http: toHttpSettings(parsed),
  };
}

/** {@link HotSpotOptions}, checked and with their defaults. */
export type HotSpotConfig = Readonly<ReturnType<typeof parseHotSpotOptions>>;
