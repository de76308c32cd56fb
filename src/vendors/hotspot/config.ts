import * as z from "zod/mini";
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
  toHttpSettings,
} from "../../http/options.ts";
import { defaultHotSpotWire } from "./default-wire.ts";
import type { HotSpotWire } from "./wire.ts";

/** Options of {@link createHotSpotProvider}. */
export interface HotSpotOptions extends HttpOptions {
  /** The host's name for this instance, the key of `providers` in companies and locations. Default `hotspot`. */
  id?: string;
  /** Where HotSpot takes pushes. It is unpublished, so there is no default. https, or http on loopback. */
  baseUrl: string;
  token: Secret;
  /** The company's own HotSpot token, which HotSpot asks for at times. */
  companyToken?: Secret;
  /** Replaces the wire format. Default: our inferred contract, {@link defaultHotSpotWire}. */
  wire?: HotSpotWire;
  /** How many days ahead an open-ended right is sent. 1 to 365, default 30. */
  openEndedDays?: number;
}

/** {@link HotSpotOptions}, checked and with defaults. */
export interface HotSpotConfig {
  readonly id: string;
  readonly baseUrl: string;
  readonly token: Secret;
  readonly companyToken: Secret | undefined;
  readonly wire: HotSpotWire;
  readonly openEndedDays: number;
  readonly http: HttpSettings;
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

/** @throws EnforcementError `invalid_config` naming each wrong option */
export function parseHotSpotOptions(options: HotSpotOptions): HotSpotConfig {
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
