import type { Match } from "./match.ts";
import { Refusal } from "./question.ts";

/** What goes back, whatever the host. */
export interface Reply {
  readonly status: number;
  readonly headers: Record<string, string | number>;
  readonly body: string;
}

const OPEN_END = "2099-12-31T23:59:59.000Z";

/** The rights that count as the vendor reads them. */
export function toSessionsBody(matches: readonly Match[], tenantName: string): string {
  return JSON.stringify({ sessions: matches.map((match) => toSession(match, tenantName)) });
}

/** A reply with the headers that a lookup has. */
export function toReply(status: number, body: string): Reply {
  return {
    status,
    headers: {
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "content-length": Buffer.byteLength(body),
    },
    body,
  };
}

/** The reply to a request that is not answered. */
export function refuse(thrown: unknown): Reply {
  const { status, code, message } =
    thrown instanceof Refusal ? thrown : new Refusal(500, "internal_error", "The lookup failed.");
  const reply = toReply(status, JSON.stringify({ error: { code, message } }));
  if (status === 401) reply.headers["www-authenticate"] = 'ApiKey realm="permit lookup"';
  return reply;
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
