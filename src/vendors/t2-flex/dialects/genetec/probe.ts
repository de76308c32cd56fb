import * as z from "zod/mini";
import {
  credentialHeader,
  type LookupProbe,
  unavailableReply,
} from "../../../../core/lookup/lookup-probe.ts";
import { parseJson } from "../../../../core/lookup/wire-forms.ts";

const found = z.object({
  PermitZones: z.array(z.object({ Permits: z.array(z.object({ PermitId: z.string() })) })),
});

// A wrong address is a 404 too; the dialect's own 404 names this code.
const nothingFound = z.object({ error: z.object({ code: z.literal("no_permits") }) });

/** Asks as clients of the `genetec` dialect do. It has no region. */
export const genetecProbe: LookupProbe = Object.freeze<LookupProbe>({
  toRequest: ({ plateNumber, locationId }, credential) => ({
    method: "POST",
    path: "/api/pbp/v2014-06/permits/search",
    headers: { "content-type": "application/json", ...credentialHeader(credential) },
    body: JSON.stringify({
      PlateNumbers: [plateNumber],
      ZoneIds: locationId === undefined ? [] : [locationId],
    }),
  }),
  readReply({ status, body }) {
    if (status === 401 || status === 403) return { shows: "refused", status };
    const json = parseJson(body);
    if (status === 404 && nothingFound.safeParse(json).success) return { shows: "none" };
    const read = status === 200 ? found.safeParse(json) : undefined;
    if (!read?.success) return unavailableReply(status, "a list of permits");
    const permits = read.data.PermitZones.flatMap(({ Permits }) => Permits);
    return { shows: "permit", permitIds: permits.map(({ PermitId }) => PermitId) };
  },
});
