import * as z from "zod/mini";
import type {
  LookupAnswer,
  LookupDialect,
  LookupMatch,
  LookupQuery,
  LookupRefusal,
  LookupReply,
  LookupRequest,
} from "../../../core/dialect.ts";
import { fieldError } from "../../../core/fields.ts";
import { subdivisionOf } from "../../../core/region.ts";
import { parseJsonBody } from "./json-body.ts";

/**
 * What `endDateTime` holds for a permit without an end. A handheld shows a date and compares it with today; none of
 * them is known to accept a missing one, and this one reads as "no end" and fits every date type. Inferred.
 */
export const OPEN_END = "2099-12-31T23:59:59.000Z";

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
  renderRefusal,
});

// Real clients may send more than we know of; other keys are ignored.
const query = z.object(
  {
    plate: z.string("must be text."),
    locationId: z.nullish(z.string("must be text, or left out.")),
    state: z.nullish(z.string("must be text, or left out.")),
  },
  "must be a JSON object.",
);

function parseQuery(request: LookupRequest): LookupQuery {
  const result = query.safeParse(parseJsonBody(request.body));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw fieldError(String(issue?.path[0] ?? "body"), issue?.message ?? "is not as it must be.");
  }
  const { plate, locationId, state } = result.data;
  return {
    plate,
    ...(isBlank(state) ? {} : { region: state }),
    ...(isBlank(locationId) ? {} : { place: { by: "location", value: locationId } }),
  };
}

function renderAnswer({ matches }: LookupAnswer): LookupReply {
  return toJsonReply(200, { sessions: matches.map(toSession) });
}

function renderRefusal({ status, code, message, headers }: LookupRefusal): LookupReply {
  // Clients look at the status; the form of the body is ours.
  return toJsonReply(status, { error: { code, message } }, headers);
}

/** One session of the answer. */
interface OffstreetSession {
  /** Made of permit, location, plate and region: unique, and the same each time that it is asked for. Inferred. */
  readonly id: string;
  readonly permitId: string;
  /** The canonical number. */
  readonly plate: string;
  /** `NB`, without its country. Empty when neither the plate nor the location has a region. */
  readonly state: string;
  readonly startDateTime: string;
  /** The first instant that is no longer valid, or {@link OPEN_END}. */
  readonly endDateTime: string;
  /** When the permit was issued; its start where that is not known. Inferred. */
  readonly createdDateTime: string;
  /** The location's name, which is what its station must be called in Flex. */
  readonly location: string;
  /** The company's name. */
  readonly tenantName: string;
}

function toSession({ permit, plate, location, company }: LookupMatch): OffstreetSession {
  const { number, region } = plate;
  return {
    id: [permit.id, location.id, number, region ?? ""].map(encodeURIComponent).join(":"),
    permitId: permit.id,
    plate: number,
    state: region === undefined ? "" : subdivisionOf(region),
    startDateTime: permit.validFrom.toISOString(),
    endDateTime: permit.validTo?.toISOString() ?? OPEN_END,
    createdDateTime: (permit.createdAt ?? permit.validFrom).toISOString(),
    location: location.name,
    tenantName: company.name,
  };
}

function toJsonReply(
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): LookupReply {
  return {
    status,
    headers: { ...headers, "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(value),
  };
}

function isBlank(text: string | null | undefined): text is null | undefined {
  return text === null || text === undefined || text.trim() === "";
}
