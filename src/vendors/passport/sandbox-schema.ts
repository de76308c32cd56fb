import * as z from "zod/mini";
import { invalidRequest, type PassportRefusedField } from "./sandbox-refusal.ts";

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

const text = z.string("must be text").check(z.regex(/\S/, "must not be empty"));
const anyObject = z.record(z.string(), z.unknown(), "must be an object");

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
    vehicle_plate: z.string("must be text").check(z.regex(/^[A-Z0-9]{1,12}$/, "must be 1-12 of A-Z and 0-9")),
    vehicle_state: z
      .string("must be text")
      .check(z.regex(/^[A-Z]{2,3}$/, "must be a bare subdivision of 2-3 capital letters")),
    vehicle_country: z.optional(z.enum(["CA", "US"], "must be CA or US")),
  },
  "must be an object",
);

const operatorId = z
  .string("must be text")
  .check(z.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be a lower-case UUID"));

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

const namesOneZone = z.refine<ZoneChoice>(
  (item) => (item.passport_zone_id === undefined) !== (item.external_zone_id === undefined),
  { error: "exactly one of passport_zone_id and external_zone_id must be given", path: ["passport_zone_id"] },
);

const startedItem = z.strictObject({ ...everyEvent, vehicle }, "must be an object").check(
  namesOneZone,
  z.refine((item) => item.end_time > item.start_time, {
    error: "must be after start_time",
    path: ["end_time"],
  }),
);

const changedItem = z
  .strictObject(
    { ...everyEvent, vehicle: z.optional(vehicle), total_session_fees: fees },
    "must be an object",
  )
  .check(
    namesOneZone,
    z.refine((item) => item.end_time >= item.start_time, {
      error: "must not be before start_time",
      path: ["end_time"],
    }),
  );

const envelope = z.strictObject(
  {
    type: z.enum(EVENT_TYPES, `must be one of ${EVENT_TYPES.join(", ")}`),
    version: z.literal("3.0.0", 'must be "3.0.0"'),
    data: z.array(z.unknown(), "must be an array").check(z.minLength(1, "must hold at least one event")),
  },
  "must be an object",
);

interface ZoneChoice {
  passport_zone_id?: string | undefined;
  external_zone_id?: string | undefined;
}

/** One accepted item of a `started` request. */
export type StartedItem = z.infer<typeof startedItem>;

/** One accepted item of an `extended` or `stopped` request. */
export type ChangedItem = z.infer<typeof changedItem>;

/** A batch whose every item has the right shape. Which of its zones and sessions exist is decided later. */
export type EventBatch =
  | { readonly type: "parking_session_started"; readonly items: readonly StartedItem[] }
  | {
      readonly type: "parking_session_extended" | "parking_session_stopped";
      readonly items: readonly ChangedItem[];
    };

/** The envelope of `POST /v3/shared/events`. Throws a refusal with status 400. */
export function parseEnvelope(body: unknown): { type: PassportEventType; data: readonly unknown[] } {
  const result = z.safeParse(envelope, body);
  if (!result.success) throw invalidRequest(refusedFields(result.error));
  return result.data;
}

/** Every item, checked against the shape of its type. Throws one refusal that names all wrong items. */
export function parseBatch(type: PassportEventType, data: readonly unknown[]): EventBatch {
  return type === "parking_session_started"
    ? { type, items: parseItems(startedItem, data) }
    : { type, items: parseItems(changedItem, data) };
}

function parseItems<Item>(schema: z.ZodMiniType<Item>, data: readonly unknown[]): Item[] {
  const refused: PassportRefusedField[] = [];
  const items: Item[] = [];
  for (const [index, value] of data.entries()) {
    const result = z.safeParse(schema, value);
    if (result.success) items.push(result.data);
    else refused.push(...refusedFields(result.error).map((field) => ({ index, ...field })));
  }
  if (refused.length > 0) throw invalidRequest(refused);
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
