import * as z from "zod/mini";
import {
  credentialHeader,
  type LookupProbe,
  unavailableReply,
} from "../../../../core/lookup/lookup-probe.ts";
import { parseJson } from "../../../../core/lookup/wire-forms.ts";
import { subdivisionOf } from "../../../../core/permit/region.ts";

const reply = z.object({ sessions: z.array(z.object({ permitId: z.string() })) });

/** Asks as clients of the `offstreet` dialect do. */
export const offstreetProbe: LookupProbe = Object.freeze<LookupProbe>({
  toRequest: ({ plateNumber, region, locationId }, credential) => ({
    method: "POST",
    path: "",
    headers: { "content-type": "application/json", ...credentialHeader(credential) },
    body: JSON.stringify({
      plate: plateNumber,
      ...(region === undefined ? {} : { state: subdivisionOf(region) }),
      ...(locationId === undefined ? {} : { locationId }),
    }),
  }),
  readReply({ status, body }) {
    if (status === 401 || status === 403) return { shows: "refused", status };
    const read = status === 200 ? reply.safeParse(parseJson(body)) : undefined;
    if (!read?.success) return unavailableReply(status, "a list of sessions");
    const permitIds = read.data.sessions.map(({ permitId }) => permitId);
    return permitIds.length === 0 ? { shows: "none" } : { shows: "permit", permitIds };
  },
});
