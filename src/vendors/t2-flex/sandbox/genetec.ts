import * as z from "zod/mini";
import type { HandheldSession } from "../../../core/lookup/handheld.ts";
import { anyText, type HandheldWire, instantInUtc, readJson, readReply, showFirst, text } from "./schema.ts";

const NO_DATE = "0001-01-01T00:00:00";

const permitSchema = z.strictObject(
  {
    PermitId: text,
    PlateNumber: text,
    PlateState: anyText,
    Activation: z.union([z.literal(NO_DATE), instantInUtc], "must be a time in UTC"),
    Expiry: instantInUtc,
    Make: anyText,
    Color: anyText,
  },
  "must be an object",
);

const zoneSchema = z.strictObject(
  {
    ZoneId: text,
    Permits: z.array(permitSchema, "must be an array").check(z.minLength(1, "must not be empty")),
  },
  "must be an object",
);

const replySchema = z.strictObject(
  { PermitZones: z.array(zoneSchema, "must be an array").check(z.minLength(1, "must not be empty")) },
  "must be a JSON object",
);

/** How Genetec's pay-by-plate synchronisation searches. It tells an unknown zone and no permit apart no more than we do. */
export const genetecWire: HandheldWire = {
  path: "api/pbp/v2014-06/permits/search",
  headers: { "content-type": "application/json", accept: "application/json" },
  encode: ({ plate, locationId }) =>
    JSON.stringify({ PlateNumbers: [plate], ZoneIds: locationId === undefined ? [] : [locationId] }),
  decode(status, body) {
    if (status === 404) return { shows: "none" };
    if (status !== 200) return { shows: "unavailable", why: `status ${status}` };
    const read = readReply(replySchema, readJson(body));
    if ("why" in read) return { shows: "unavailable", why: read.why };
    return showFirst(
      read.reply.PermitZones.flatMap(({ ZoneId, Permits }) =>
        Permits.map((permit) => toSession(ZoneId, permit)),
      ),
    );
  },
};

function toSession(zoneId: string, permit: z.infer<typeof permitSchema>): HandheldSession {
  return {
    id: null,
    createdDateTime: null,
    tenantName: null,
    permitId: permit.PermitId,
    plate: permit.PlateNumber,
    state: permit.PlateState,
    startDateTime: permit.Activation === NO_DATE ? null : permit.Activation,
    endDateTime: permit.Expiry,
    location: zoneId,
  };
}
