import * as z from "zod/mini";
import { invalidRequest, type NoteDeviation, type PassportRefusedField } from "./refusal.ts";

// The sandbox's own reading of what travels to Passport. It shares nothing with the provider, so that one mistake
// cannot hide in both.

/** What happened to a parking session. */
export type PassportEventType =
  | "parking_session_started"
  | "parking_session_extended"
  | "parking_session_stopped";

const EVENT_TYPES: readonly PassportEventType[] = [
  "parking_session_started",
  "parking_session_extended",
  "parking_session_stopped",
];

/** Whether a text is an operator's id as the wire has it: a UUID in lower case. */
export function isOperatorId(value: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(value);
}

const text = z.string("must be text").check(z.regex(/\S/, "must not be empty"));
const anyObject = z.record(z.string(), z.unknown(), "must be an object");

const ZONE_CHOICE = "exactly one of passport_zone_id and external_zone_id must be given";
const namesOneZone = z.refine<ZoneChoice>(
  (item) => (item.passport_zone_id === undefined) !== (item.external_zone_id === undefined),
  { error: ZONE_CHOICE, path: ["passport_zone_id"] },
);
const endsAfterStart = z.refine<Interval>((item) => Date.parse(item.end_time) > Date.parse(item.start_time), {
  error: "must be after start_time",
  path: ["end_time"],
});
const endsNotBeforeStart = z.refine<Interval>(
  (item) => Date.parse(item.end_time) >= Date.parse(item.start_time),
  { error: "must not be before start_time", path: ["end_time"] },
);

/** The schemas that every event must match: without these fields the session and its new state are not known. */
function createSchemas() {
  const instant = z
    .string("must be text")
    .check(z.refine(hasOffset, "must be RFC 3339 with an offset, such as one ending in Z"));
  const vehicle = z.looseObject(
    { vehicle_plate: text, vehicle_state: text, vehicle_country: z.optional(z.nullable(text)) },
    "must be an object",
  );
  const everyEvent = {
    occurred_at: instant,
    session_id: text,
    operator_id: text,
    passport_zone_id: z.optional(text),
    external_zone_id: z.optional(text),
    start_time: instant,
    end_time: instant,
    space_number: z.optional(z.nullable(text)),
  };
  const started = z.looseObject({ ...everyEvent, vehicle }, "must be an object");
  const changed = z.looseObject({ ...everyEvent, vehicle: z.optional(vehicle) }, "must be an object");
  return {
    started: started.check(namesOneZone, endsAfterStart),
    changed: changed.check(namesOneZone, endsNotBeforeStart),
    envelope: z.looseObject(
      { type: z.enum(EVENT_TYPES, `must be one of ${EVENT_TYPES.join(", ")}`), data: batchData },
      "must be an object",
    ),
  };
}

/** The schemas of the form that is documented and seen in client code. Whether Passport refuses another one is not known. */
function createStrictSchemas() {
  const instant = z
    .string("must be text")
    .check(z.refine(isInstant, "must be RFC 3339 in UTC with milliseconds, ending in Z"));
  const amount = z.string("must be text").check(z.regex(/^\d+\.\d{2}$/, 'must be an amount such as "0.00"'));
  const fees = z.strictObject(
    {
      parking_fee: amount,
      convenience_fee: amount,
      tax: amount,
      currency_code: z.string("must be text").check(z.regex(/^[A-Z]{3}$/, "must be three capital letters")),
    },
    "must be an object",
  );
  const vehicle = z.strictObject(
    {
      vehicle_plate: z
        .string("must be text")
        .check(z.regex(/^[A-Z0-9]{1,12}$/, "must be 1-12 of A-Z and 0-9")),
      vehicle_state: z
        .string("must be text")
        .check(z.regex(/^[A-Z]{2,3}$/, "must be a bare subdivision of 2-3 capital letters")),
      vehicle_country: z.optional(z.enum(["CA", "US"], "must be CA or US")),
    },
    "must be an object",
  );
  const operatorId = z.string("must be text").check(z.refine(isOperatorId, "must be a lower-case UUID"));
  const everyEvent = {
    occurred_at: instant,
    session_id: text,
    operator_id: operatorId,
    passport_zone_id: z.optional(text),
    external_zone_id: z.optional(text),
    start_time: instant,
    end_time: instant,
    account_id: z.optional(text),
    space_number: z.optional(text),
    event_fees: fees,
    rate_name: z.optional(text),
    location_details: z.optional(anyObject),
    payment: z.optional(anyObject),
  };
  const changed = z.strictObject(
    { ...everyEvent, vehicle: z.optional(vehicle), total_session_fees: fees },
    "must be an object",
  );
  return {
    started: z
      .strictObject({ ...everyEvent, vehicle }, "must be an object")
      .check(namesOneZone, endsAfterStart),
    changed: changed.check(namesOneZone, endsNotBeforeStart),
    envelope: z.strictObject(
      {
        type: z.enum(EVENT_TYPES, `must be one of ${EVENT_TYPES.join(", ")}`),
        version: z.literal("3.0.0", 'must be "3.0.0"'),
        data: batchData,
      },
      "must be an object",
    ),
  };
}

const batchData = z
  .array(z.unknown(), "must be an array")
  .check(z.minLength(1, "must hold at least one event"));

const KNOWN = createSchemas();
const STRICT = createStrictSchemas();

interface Interval {
  start_time: string;
  end_time: string;
}

interface ZoneChoice {
  passport_zone_id?: string | undefined;
  external_zone_id?: string | undefined;
}

/** One accepted item of a `started` request. */
export type StartedItem = z.infer<typeof KNOWN.started>;

/** One accepted item of an `extended` or `stopped` request. */
export type ChangedItem = z.infer<typeof KNOWN.changed>;

/** A batch whose every item has the right shape. Which of its zones and sessions exist is decided later. */
export type EventBatch =
  | { readonly type: "parking_session_started"; readonly items: readonly StartedItem[] }
  | {
      readonly type: "parking_session_extended" | "parking_session_stopped";
      readonly items: readonly ChangedItem[];
    };

/** The envelope of `POST /v3/shared/events`. Throws a refusal with status 400. */
export function parseEnvelope(
  body: unknown,
  note: NoteDeviation,
): { type: PassportEventType; data: readonly unknown[] } {
  const strict = z.safeParse(STRICT.envelope, body);
  if (strict.success) return strict.data;
  const known = z.safeParse(KNOWN.envelope, body);
  if (!known.success) throw invalidRequest(refusedFields(strict.error));
  note(invalidRequest(refusedFields(strict.error)));
  return known.data;
}

/** Every item, checked against the shape of its type. Throws one refusal that names all wrong items. */
export function parseBatch(
  type: PassportEventType,
  data: readonly unknown[],
  note: NoteDeviation,
): EventBatch {
  return type === "parking_session_started"
    ? { type, items: parseItems(data, { strict: STRICT.started, known: KNOWN.started }, note) }
    : { type, items: parseItems(data, { strict: STRICT.changed, known: KNOWN.changed }, note) };
}

function parseItems<Item>(
  data: readonly unknown[],
  schemas: { strict: z.ZodMiniType<Item>; known: z.ZodMiniType<Item> },
  note: NoteDeviation,
): Item[] {
  const refused: PassportRefusedField[] = [];
  const deviating: PassportRefusedField[] = [];
  const items: Item[] = [];
  for (const [index, value] of data.entries()) {
    const strict = z.safeParse(schemas.strict, value);
    const known = strict.success ? strict : z.safeParse(schemas.known, value);
    if (known.success) items.push(known.data);
    if (strict.success) continue;
    const fields = refusedFields(strict.error).map((field) => ({ index, ...field }));
    (known.success ? deviating : refused).push(...fields);
  }
  if (refused.length > 0) throw invalidRequest(refused);
  if (deviating.length > 0) note(invalidRequest(deviating));
  return items;
}

function refusedFields(error: z.core.$ZodError): PassportRefusedField[] {
  return error.issues.map((issue) => ({
    field: issue.path.join(".") || "body",
    problem: issue.code === "unrecognized_keys" ? `unknown field ${issue.keys.join(", ")}` : issue.message,
  }));
}

function isInstant(value: string): boolean {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value)) return false;
  const instant = new Date(value);
  return !Number.isNaN(instant.getTime()) && instant.toISOString() === value;
}

function hasOffset(value: string): boolean {
  return /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:?\d\d)$/i.test(value) && !Number.isNaN(Date.parse(value));
}
