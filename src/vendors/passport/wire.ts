import * as z from "zod/mini";
import { countryOf, subdivisionOf } from "../../core/permit/region.ts";
import type { Registration } from "../../core/registration/registration.ts";
import type { HttpReply } from "../../http/reply.ts";
import type { PassportConfig } from "./config.ts";

// Passport's wire format. Event names and fields are documented (developer.passportinc.com, events/parking-session); paths and
// bodies are seen in client code.

export const TOKEN_PATH = "/v3/shared/access-tokens";
export const EVENTS_PATH = "/v3/shared/events";
export const ZONES_PATH = "/v3/shared/zones";
export const PARKING_RIGHTS_PATH = "/v4/enforcement/parking-rights";
export const TOKEN_AUDIENCE = "public.api.passportinc.com";
export const TRACE_HEADER = "passport-labs-client-trace-id";

export type EventType = "parking_session_started" | "parking_session_extended" | "parking_session_stopped";

/** One event about one session. */
export interface SessionChange {
  readonly type: EventType;
  readonly sessionId: string;
  /** The zone's id as it is sent. */
  readonly zone: string;
  readonly registration: Registration;
  readonly end: string;
  /** When the change was decided. */
  readonly at: string;
}

/** The body of one request: events of one type. */
export function toEventsBody(changes: readonly SessionChange[], config: PassportConfig): string {
  const type = changes[0]?.type;
  const noFees = {
    parking_fee: "0.00",
    convenience_fee: "0.00",
    tax: "0.00",
    currency_code: config.currency,
  };
  const data = changes.map((change) => toEvent(change, config, noFees));
  return JSON.stringify({ type, version: "3.0.0", data });
}

function toEvent(
  change: SessionChange,
  config: PassportConfig,
  noFees: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const { type, sessionId, zone, registration, end, at } = change;
  const isExternal = config.zoneIds === "external";
  return {
    occurred_at: at,
    session_id: sessionId,
    operator_id: config.operatorId,
    // Exactly one of the two is sent; JSON omits the undefined one.
    external_zone_id: isExternal ? zone : undefined,
    passport_zone_id: isExternal ? undefined : zone,
    start_time: registration.validFrom,
    end_time: end,
    vehicle: toVehicle(registration),
    event_fees: noFees,
    total_session_fees: type === "parking_session_started" ? undefined : noFees,
  };
}

function toVehicle({ plate }: Registration): Record<string, string> {
  if (plate.region === undefined)
    throw new TypeError("A registration without a region has passed requireRegion.");
  return {
    vehicle_plate: plate.number,
    vehicle_state: subdivisionOf(plate.region),
    vehicle_country: countryOf(plate.region),
  };
}

/**
 * The reply to a token request. A token has the characters of RFC 6749 (A.12), which a header can carry. `expires_at` is the
 * newer form and `expires_in` (seconds) the older; both are seen in client code, and neither is required.
 */
export const tokenReply = z.object({
  access_token: z.string().check(z.trim(), z.regex(/^[ -~]+$/)),
  expires_at: z.optional(z.unknown()),
  expires_in: z.optional(z.unknown()),
});

const links = z.optional(z.nullable(z.object({ next: z.nullish(z.string()) })));

/**
 * Finds the next page of a list in `links.next` of the body or in a `Link` header (RFC 8288); how Passport pages a list is
 * unpublished. `cut`: entries are missing, because the reply names a page that is not followed (one of another origin, or none
 * that can be read), or names none although it is as long as a page may be (`isFull`).
 */
export function findNextPage(
  page: { readonly links?: { readonly next?: string | null | undefined } | null | undefined },
  reply: HttpReply,
  { current, isFull }: { current: URL; isFull: boolean },
): { next: URL | undefined; cut: boolean } {
  const link = page.links?.next || findNextLink(reply.headers.get("link"));
  if (link === undefined) return { next: undefined, cut: isFull };
  const next = URL.canParse(link, current.href) ? new URL(link, current.href) : undefined;
  // Another origin would get the access token.
  const isFollowed = next?.origin === current.origin && next.pathname === current.pathname;
  return { next: isFollowed ? next : undefined, cut: !isFollowed };
}

function findNextLink(header: string | null): string | undefined {
  return /<([^>]+)>\s*;[^,]*\brel="?next"?/i.exec(header ?? "")?.[1];
}

/** The reply to a zone list, with the fields that are needed. Each zone is parsed alone: a malformed one hides no other. */
export const zonesReply = z.object({
  data: z.array(z.unknown()),
  links,
});

export const zoneRecord = z.object({
  id: z.string().check(z.minLength(1)),
  name: z.string(),
  number: z.nullish(z.union([z.string(), z.number()])),
  operator_id: z.nullish(z.string()),
});

export const vehicleRecord = z.object({
  vehicle_plate: z.string(),
  vehicle_state: z.nullish(z.string()),
  vehicle_country: z.nullish(z.string()),
});

export const parkingRightsReply = z.object({ data: z.array(z.unknown()), links });

export const parkingRightRecord = z.object({
  zone_id: z.string(),
  operator_id: z.nullish(z.string()),
  // A vehicle that cannot be read hides no right.
  vehicle: z.catch(z.optional(vehicleRecord), undefined),
  start_time: z.string(),
  end_time: z.nullish(z.string()),
  reference_id: z.nullish(z.string()),
});
