import { invalidRequest, type NoteDeviation, PassportRefusal } from "./refusal.ts";
import type { PassportSandboxSession } from "./state.ts";
import { type PassportSandboxZone, renderZone, uuidFrom } from "./zones.ts";

// The two questions that a client may ask: which zones there are, and which rights a plate or a zone has.

const RIGHTS_QUERY = ["operator_id", "zone_id", "space_number", "vehicle_plate", "vehicle_state"];

interface ZoneListOptions {
  readonly operatorId: string;
  readonly zones: readonly PassportSandboxZone[];
  /** The most zones that one reply holds; absent when every reply holds all. */
  readonly pageSize: number | undefined;
  readonly note: NoteDeviation;
}

/** Answers `GET /v3/shared/zones`. A full page says nothing about a next one. */
export function listZones(
  request: Request,
  { operatorId, zones, pageSize, note }: ZoneListOptions,
): Response {
  const query = readQuery(request, ["operator_id", "limit"], note);
  requireOperator(query, operatorId);
  const limit = readWholeNumber(query, "limit", note) ?? pageSize;
  const page = pageSize === undefined ? zones : zones.slice(0, Math.min(limit ?? pageSize, pageSize));
  return Response.json({ data: page.map((zone) => renderZone(zone, operatorId)) });
}

interface RightListOptions extends Omit<ZoneListOptions, "pageSize"> {
  readonly sessions: readonly PassportSandboxSession[];
  readonly now: Date;
  readonly paging: PassportRightPaging;
  /** The most rights that one reply holds, where they are paged. */
  readonly pageSize: number;
}

/**
 * How a list of rights is cut. Whether Passport cuts it at all is unpublished.
 *
 * `none`: everything in one reply. `truncated`: one page and no way to ask for the next. `linked`: each page names the
 * next one in `links.next`. `header`: in a `Link` header.
 */
export type PassportRightPaging = "none" | "truncated" | "linked" | "header";

/** Answers `GET /v4/enforcement/parking-rights` with the rights that have not ended yet, future ones included. */
export function listRights(request: Request, options: RightListOptions): Response {
  const { operatorId, zones, sessions, now, paging, note } = options;
  const isPaged = paging === "linked" || paging === "header";
  const query = readQuery(request, isPaged ? [...RIGHTS_QUERY, "page"] : RIGHTS_QUERY, note);
  requireOperator(query, operatorId);
  const zoneId = query.get("zone_id");
  if (zoneId !== null && !zones.some((zone) => zone.id === zoneId)) {
    throw new PassportRefusal(422, "zone_not_found", { detail: "zone_id is not a known zone" });
  }
  const rights = sessions.filter(
    (session) =>
      isAhead(session, now) &&
      agrees(zoneId, session.zoneId) &&
      agrees(query.get("space_number"), session.spaceNumber) &&
      agrees(query.get("vehicle_plate"), session.plate) &&
      agrees(query.get("vehicle_state"), session.state),
  );
  const render = (session: PassportSandboxSession) => renderRight(session, operatorId);
  if (paging === "none") return Response.json({ data: rights.map(render) });
  return renderPage(request, { rights: rights.map(render), ...options });
}

function renderPage(
  request: Request,
  {
    rights,
    paging,
    pageSize,
    note,
  }: Pick<RightListOptions, "paging" | "pageSize" | "note"> & { rights: readonly unknown[] },
): Response {
  const url = new URL(request.url);
  const number = readWholeNumber(url.searchParams, "page", note) ?? 1;
  const data = rights.slice((number - 1) * pageSize, number * pageSize);
  if (paging === "truncated" || number * pageSize >= rights.length) return Response.json({ data });
  url.searchParams.set("page", String(number + 1));
  // Relative, as a proxy in between would leave it right.
  const next = `${url.pathname}${url.search}`;
  if (paging === "linked") return Response.json({ data, links: { next } });
  return Response.json({ data }, { headers: { link: `<${next}>; rel="next"` } });
}

/** Whether a value is what was asked for. A condition that was not given agrees with everything. */
export function agrees(wanted: string | null | undefined, actual: string | undefined): boolean {
  return wanted === null || wanted === undefined || wanted === actual;
}

function isAhead({ startTime, endTime }: PassportSandboxSession, now: Date): boolean {
  return endTime > now && endTime > startTime;
}

function readQuery(request: Request, known: readonly string[], note: NoteDeviation): URLSearchParams {
  const query = new URL(request.url).searchParams;
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) note(invalidRequest([{ field: name, problem: "unknown query parameter" }]));
    if (query.getAll(name).length > 1) note(invalidRequest([{ field: name, problem: "is given twice" }]));
  }
  return query;
}

function readWholeNumber(query: URLSearchParams, name: string, note: NoteDeviation): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  note(invalidRequest([{ field: name, problem: "must be a whole number, 1 or more" }]));
  return undefined;
}

function requireOperator(query: URLSearchParams, operatorId: string): void {
  const given = query.get("operator_id");
  if (given === null) throw invalidRequest([{ field: "operator_id", problem: "is required" }]);
  if (given === operatorId) return;
  throw new PassportRefusal(403, "forbidden", { detail: "The operator is not the client's." });
}

function renderRight(session: PassportSandboxSession, operatorId: string): Record<string, unknown> {
  return {
    id: uuidFrom(`right ${session.sessionId}`),
    operator_id: operatorId,
    zone_id: session.zoneId,
    type: "parking_session",
    start_time: session.startTime.toISOString(),
    end_time: session.endTime.toISOString(),
    vehicle: {
      vehicle_plate: session.plate,
      vehicle_state: session.state,
      ...(session.country === undefined ? {} : { vehicle_country: session.country }),
    },
    space_number: session.spaceNumber ?? null,
    reference_id: session.sessionId,
  };
}
