import type { Match } from "./match.ts";
import { Refusal } from "./question.ts";

/** What goes back, whatever the host. */
export interface Reply {
  readonly status: number;
  /** What the JSON is made of. */
  readonly value: unknown;
}

/** A reply as a host writes it by hand. */
export interface WrittenReply {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: string;
}

const OPEN_END = "2099-12-31T23:59:59.000Z";

/** The rights that count as the vendor reads them. */
export function toSessions(matches: readonly Match[], tenantName: string) {
  return { sessions: matches.map((match) => toSession(match, tenantName)) };
}

export const CHALLENGE = 'ApiKey realm="permit lookup"';

/** A reply with the headers that a lookup has. */
export function writeReply({ status, value }: Reply): WrittenReply {
  const body = JSON.stringify(value);
  const headers: WrittenReply["headers"] = {
    "content-type": "application/json; charset=utf-8",
    "cache-control": "no-store",
    "content-length": Buffer.byteLength(body),
  };
  if (status === 401) headers["www-authenticate"] = CHALLENGE;
  return { status, headers, body };
}

/** The reply to a request that is not answered. */
export function refuse(thrown: unknown): Reply {
  const { status, code, message } =
    thrown instanceof Refusal ? thrown : new Refusal(500, "internal_error", "The lookup failed.");
  return { status, value: { error: { code, message } } };
}

function toSession({ permit, plate, region, location }: Match, tenantName: string) {
  return {
    id: [permit.id, location.id, plate.number, region ?? ""].map(encodeURIComponent).join(":"),
    permitId: permit.id,
    plate: plate.number,
    state: region?.slice(3) ?? "",
    startDateTime: permit.validFrom.toISOString(),
    endDateTime: permit.validTo?.toISOString() ?? OPEN_END,
    createdDateTime: (permit.createdAt ?? permit.validFrom).toISOString(),
    location: location.name,
    tenantName,
  };
}
