import * as z from "zod/mini";
import { anyText, type HandheldWire, instant, readJson, readReply, showFirst, text } from "./schema.ts";

const replySchema = z.strictObject(
  {
    sessions: z.array(
      z.strictObject(
        {
          id: text,
          permitId: text,
          plate: text,
          state: z.nullable(anyText),
          startDateTime: instant,
          endDateTime: z.nullable(instant),
          createdDateTime: z.nullable(instant),
          location: text,
          tenantName: text,
        },
        "must be an object",
      ),
      "must be an array",
    ),
  },
  "must be a JSON object",
);

/** How public clients of Offstreet's own search ask. */
export const offstreetWire: HandheldWire = {
  path: "",
  headers: { "content-type": "application/json", accept: "application/json" },
  encode: ({ plate, state, locationId }) => JSON.stringify({ plate, state, locationId }),
  decode(status, body) {
    if (status !== 200) return { shows: "unavailable", why: `status ${status}` };
    const read = readReply(replySchema, readJson(body));
    return "why" in read ? { shows: "unavailable", why: read.why } : showFirst(read.reply.sessions);
  },
};
