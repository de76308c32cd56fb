import { fieldError } from "../../../../core/fields.ts";
import { formatInstant } from "../../../../core/instant.ts";
import type {
  LookupAnswer,
  LookupDialect,
  LookupMatch,
  LookupQuery,
} from "../../../../core/lookup/dialect.ts";
import type { LookupReply, LookupRequest } from "../../../../core/lookup/lookup-message.ts";
import { parseJsonBody, toEndText, toJsonRefusal, toJsonReply } from "../../../../core/lookup/wire-forms.ts";
import { subdivisionOf } from "../../../../core/permit/region.ts";
import { offstreetProbe } from "./probe.ts";

/**
 * The lookup that Offstreet's own search answers: `POST` with JSON `{ plate, locationId?, state? }`, answered by
 * `{ sessions: [ … ] }`, empty when there is none. Names and shapes are seen in public client code; T2's own request
 * is unpublished. Clients read the first session only and give up after ten seconds.
 */
export const offstreetDialect: LookupDialect = Object.freeze({
  id: "offstreet",
  places: true,
  methods: Object.freeze(["POST"]),
  contentTypes: Object.freeze(["application/json"]),
  parseQuery,
  renderAnswer,
  renderRefusal: toJsonRefusal,
  probe: offstreetProbe,
});

function parseQuery(request: LookupRequest): LookupQuery {
  const body = parseJsonBody(request.body);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw fieldError("body", "must be a JSON object.");
  }
  // Other keys are ignored: clients may send more than is known.
  const { plate, locationId, state } = body as Partial<Record<string, unknown>>;
  if (typeof plate !== "string") throw fieldError("plate", "must be text.");
  const place = readOptional(locationId, "locationId");
  const region = readOptional(state, "state");
  return {
    plate,
    ...(region === undefined ? undefined : { region }),
    ...(place === undefined ? undefined : { place: { by: "location", value: place } }),
  };
}

/** A text; `undefined` where it is left out, null or blank. */
function readOptional(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw fieldError(field, "must be text, or left out.");
  return value.trim() === "" ? undefined : value;
}

function renderAnswer({ matches }: LookupAnswer): LookupReply {
  return toJsonReply(200, { sessions: matches.map(toSession) });
}

/** One session of the answer. */
function toSession({ permit, plate, location, company }: LookupMatch) {
  const { number, region } = plate;
  return {
    // Made of permit, location, plate and region: unique, and the same in every answer. Inferred. The number and the region
    // hold nothing that would have to be encoded.
    id: `${encodeURIComponent(permit.id)}:${encodeURIComponent(location.id)}:${number}:${region ?? ""}`,
    permitId: permit.id,
    plate: number,
    // `NB`, without its country. Empty when neither the plate nor the location has a region.
    state: region === undefined ? "" : subdivisionOf(region),
    startDateTime: formatInstant(permit.validFrom),
    // The first instant that is no longer valid, or `OPEN_END`.
    endDateTime: toEndText(permit.validTo),
    // When the permit was issued; its start where that is not known. Inferred.
    createdDateTime: formatInstant(permit.createdAt ?? permit.validFrom),
    // The name that the location's station must have in Flex.
    location: location.name,
    tenantName: company.name,
  };
}
