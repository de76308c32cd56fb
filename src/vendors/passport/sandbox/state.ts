import { type NoteDeviation, PassportRefusal, type PassportRefusedField } from "./refusal.ts";
import type { ChangedItem, EventBatch, PassportEventType, StartedItem } from "./schema.ts";
import type { PassportSandboxZone } from "./zones.ts";

/** A parking session as the sandbox holds it. */
export interface PassportSandboxSession {
  readonly sessionId: string;
  readonly zoneId: string;
  readonly externalZoneId?: string;
  readonly plate: string;
  /** The bare subdivision, such as `NB`. */
  readonly state: string;
  readonly country?: "CA" | "US";
  readonly spaceNumber?: string;
  readonly startTime: Date;
  /** Exclusive. For a stopped session the instant at which it ended. */
  readonly endTime: Date;
  readonly status: "active" | "stopped";
  readonly lastOccurredAt: Date;
  /** How many events made it what it is; repeats do not count. */
  readonly events: number;
  /** True when another party sent it. */
  readonly foreign: boolean;
}

/** One item's consequence, computed before anything is changed. */
export interface PlannedChange {
  readonly effect: "applied" | "repeated";
  readonly session: PassportSandboxSession;
  /** True when the event is older than what the session has already seen. */
  readonly late: boolean;
}

type Item = StartedItem | ChangedItem;

/** Where an item stands: its position, its zone, and the session that already has its id. */
interface Place {
  readonly index: number;
  readonly zone: PassportSandboxZone;
  readonly known: PassportSandboxSession | undefined;
  readonly contents: SessionContents;
}

/**
 * The exact events that a session has seen, to tell a repeat from a contradiction. Sessions are never changed in place, so
 * the session itself is the key.
 */
type SessionContents = WeakMap<PassportSandboxSession, { readonly first: string; readonly last: string }>;

/** What a batch is planned against. */
export interface PlanWorld {
  readonly operatorId: string;
  readonly zones: readonly PassportSandboxZone[];
  readonly findSession: (sessionId: string) => PassportSandboxSession | undefined;
  readonly contents: SessionContents;
}

/**
 * What a batch would do, item by item in its order. Changes nothing; throws a refusal that names the first bad item,
 * in which case the vendor refuses the whole batch.
 */
export function planBatch(batch: EventBatch, world: PlanWorld, note: NoteDeviation): PlannedChange[] {
  const draft = new Map<string, PassportSandboxSession>();
  const placeOf = (item: Item, index: number): Place => {
    requireOperator(item, index, world.operatorId);
    const known = draft.get(item.session_id) ?? world.findSession(item.session_id);
    return { index, zone: requireZone(item, index, world.zones), known, contents: world.contents };
  };
  const remember = (change: PlannedChange): PlannedChange => {
    draft.set(change.session.sessionId, change.session);
    return change;
  };
  return batch.type === "parking_session_started"
    ? batch.items.map((item, index) => remember(start(item, placeOf(item, index))))
    : batch.items.map((item, index) => remember(change(batch.type, item, { ...placeOf(item, index), note })));
}

function start(item: StartedItem, { index, zone, known, contents }: Place): PlannedChange {
  const content = contentText("parking_session_started", item);
  if (known !== undefined) {
    if (contents.get(known)?.first === content) return { effect: "repeated", session: known, late: false };
    throw refuse(409, "session_exists", { index, field: "session_id", problem: "exists with other content" });
  }
  const { vehicle_plate, vehicle_state, vehicle_country } = item.vehicle;
  const session: PassportSandboxSession = {
    sessionId: item.session_id,
    zoneId: zone.id,
    ...(zone.externalId === undefined ? {} : { externalZoneId: zone.externalId }),
    plate: vehicle_plate,
    state: vehicle_state,
    ...(vehicle_country === "CA" || vehicle_country === "US" ? { country: vehicle_country } : {}),
    ...(item.space_number ? { spaceNumber: item.space_number } : {}),
    startTime: new Date(item.start_time),
    endTime: new Date(item.end_time),
    status: "active",
    lastOccurredAt: new Date(item.occurred_at),
    events: 1,
    foreign: false,
  };
  contents.set(session, { first: content, last: content });
  return { effect: "applied", session, late: false };
}

function change(
  type: PassportEventType,
  item: ChangedItem,
  place: Place & { note: NoteDeviation },
): PlannedChange {
  const { index } = place;
  const known = requireSession(place);
  const content = contentText(type, item);
  const seen = place.contents.get(known);
  if (seen?.last === content) return { effect: "repeated", session: known, late: false };
  if (known.status === "stopped") {
    throw refuse(409, "session_stopped", { index, field: "session_id", problem: "is stopped already" });
  }
  noteOtherSession(item, known, place);

  const occurredAt = new Date(item.occurred_at);
  const session: PassportSandboxSession = {
    ...known,
    endTime: new Date(item.end_time),
    status: type === "parking_session_stopped" ? "stopped" : "active",
    lastOccurredAt: occurredAt,
    events: known.events + 1,
  };
  place.contents.set(session, { first: seen?.first ?? content, last: content });
  return { effect: "applied", session, late: occurredAt < known.lastOccurredAt };
}

function requireOperator(item: Item, index: number, operatorId: string): void {
  if (item.operator_id.toLowerCase() === operatorId) return;
  throw refuse(403, "forbidden", { index, field: "operator_id", problem: "is not the client's operator" });
}

function requireZone(item: Item, index: number, zones: readonly PassportSandboxZone[]): PassportSandboxZone {
  const [field, zone] =
    item.passport_zone_id === undefined
      ? ["external_zone_id", zones.find((zone) => zone.externalId === item.external_zone_id)]
      : ["passport_zone_id", zones.find((zone) => zone.id === item.passport_zone_id)];
  if (zone === undefined)
    throw refuse(422, "zone_not_found", { index, field, problem: "is not a known zone" });
  return zone;
}

function requireSession({ known, index }: Place): PassportSandboxSession {
  if (known !== undefined && !known.foreign) return known;
  throw refuse(404, "session_not_found", { index, field: "session_id", problem: "is not a known session" });
}

/** Notes that an extension or a stop describes the session otherwise than it is. What Passport does then is unpublished. */
function noteOtherSession(
  item: ChangedItem,
  known: PassportSandboxSession,
  { index, zone, note }: Place & { note: NoteDeviation },
): void {
  const differing: [string, boolean][] = [
    ["start_time", new Date(item.start_time).getTime() !== known.startTime.getTime()],
    [item.passport_zone_id === undefined ? "external_zone_id" : "passport_zone_id", zone.id !== known.zoneId],
    ["vehicle.vehicle_plate", item.vehicle !== undefined && item.vehicle.vehicle_plate !== known.plate],
    ["vehicle.vehicle_state", item.vehicle !== undefined && item.vehicle.vehicle_state !== known.state],
  ];
  const field = differing.find(([, differs]) => differs)?.[0];
  if (field === undefined) return;
  note(refuse(400, "invalid_request", { index, field, problem: "differs from the session's own" }));
}

// Parsed items list their fields in the schema's order, so equal content gives equal text.
function contentText(type: PassportEventType, item: Item): string {
  return `${type} ${JSON.stringify(item)}`;
}

function refuse(status: number, code: string, field: PassportRefusedField): PassportRefusal {
  return new PassportRefusal(status, code, {
    detail: `data[${field.index}] ${field.field} ${field.problem}`,
    fields: [field],
  });
}
