import * as z from "zod/mini";
import { fieldError } from "../../../../core/fields.ts";
import {
  type DialectQuestion,
  type LookupAnswer,
  type LookupDialect,
  type LookupPlace,
  type LookupPlaces,
  type LookupQuery,
  type LookupRefusal,
  MAX_QUERIES,
} from "../../../../core/lookup/dialect.ts";
import type { LookupReply, LookupRequest } from "../../../../core/lookup/lookup-message.ts";
import { parseJsonBody, toJsonRefusal, toJsonReply } from "../../../../core/lookup/wire-forms.ts";
import { genetecProbe } from "./probe.ts";
import { toPermitZones } from "./reply.ts";

/**
 * The lookup of Genetec's pay-by-plate providers, version 2014-06. Documented by its vendor: the paths, the body and
 * reply of `permits/search`, 404 where nothing is found or a zone is unknown, 503 where the answer is not known, UTC times, and
 * `0001-01-01T00:00:00` for no activation date. A zone is a location of the host, and its id the location's.
 *
 * Inferred: `zones` answers `{ Zones: [ { ZoneId, Name } ] }`; `isvalid` takes `{ PlateNumber, ZoneIds }` (or one of
 * `PlateNumbers`) and answers `{ IsValid }`, also where it is false; no `ZoneIds`, or an empty list, asks about the
 * whole scope; which header holds the API key (`apiKeyAuth({ header })`).
 *
 * Paths are relative to the mount, with or without `api/pbp/v2014-06/` in front, whatever their case.
 * `GET zones/{id}/permits` is not served: 404, named `not_supported`.
 */
export const genetecDialect: LookupDialect = Object.freeze({
  id: "genetec",
  places: true,
  methods: Object.freeze(["GET", "POST"]),
  contentTypes: Object.freeze(["application/json", "text/json"]),
  parseQuery,
  renderAnswer: ({ status }: LookupAnswer) => toJsonReply(200, { IsValid: status === "valid" }),
  renderAnswers,
  renderPlaces,
  renderRefusal,
  probe: genetecProbe,
});

// Other keys are ignored: clients may send more than is published.
const plateNumber = z.string("must be text.");
const plateNumbers = z.array(plateNumber, "must be a list of texts.");
const zoneIds = z.nullish(
  z.array(z.string("must be a list of texts."), "must be a list of texts, or left out."),
);
// One entry that is no plate must not keep the others from being answered.
const search = z.object(
  { PlateNumbers: z.array(z.unknown(), "must be a list of texts."), ZoneIds: zoneIds },
  "must be a JSON object.",
);
const isvalid = z.object(
  { PlateNumber: z.nullish(plateNumber), PlateNumbers: z.nullish(plateNumbers), ZoneIds: zoneIds },
  "must be a JSON object.",
);

function parseQuery({ method, path, body }: LookupRequest): DialectQuestion {
  const operation = findOperation(method, path);
  switch (operation) {
    case "zones":
      return { list: "places" };
    case "search":
      return parseSearch(body);
    case "isvalid":
      return parseIsValid(body);
    default:
      return operation;
  }
}

/** An operation that is served. */
type GenetecOperation = "zones" | "search" | "isvalid";

interface Route {
  readonly path: RegExp;
  readonly method: "GET" | "POST";
  /** Absent: the protocol has it, and it is not served. */
  readonly operation?: GenetecOperation;
}

const ROUTES: readonly Route[] = [
  { path: /^zones$/i, method: "GET", operation: "zones" },
  { path: /^permits\/search$/i, method: "POST", operation: "search" },
  { path: /^isvalid$/i, method: "POST", operation: "isvalid" },
  { path: /^zones\/[^/]+\/permits$/i, method: "GET" },
];

// The only version that is published. A host may mount the handler above it or at it.
const PREFIX = /^\/(?:api\/pbp\/v2014-06(?:\/|$))?/i;

/** The operation at a path below the mount, or why there is none. */
function findOperation(method: string, path: string): GenetecOperation | LookupRefusal {
  const rest = path.replace(PREFIX, "").replace(/\/$/, "");
  const route = ROUTES.find((one) => one.path.test(rest));
  if (route === undefined) {
    const message = "There is nothing at this path; the API begins with api/pbp/v2014-06/.";
    return { status: 404, code: "not_found", message };
  }
  if (route.method !== method) {
    const message = `This path takes ${route.method}.`;
    return { status: 405, code: "method_not_allowed", message, headers: { allow: route.method } };
  }
  const message = "The permits of a zone are not listed yet; ask permits/search or isvalid.";
  return route.operation ?? { status: 404, code: "not_supported", message };
}

function parseSearch(body: string): readonly LookupQuery[] {
  const { PlateNumbers, ZoneIds } = readQuery(search, body);
  if (PlateNumbers.length === 0 || PlateNumbers.length > MAX_QUERIES) {
    throw fieldError("PlateNumbers", `must hold 1 to ${MAX_QUERIES} plates.`);
  }
  if (!PlateNumbers.some((plate) => typeof plate === "string")) {
    throw fieldError("PlateNumbers", "must be a list of texts.");
  }
  const within = toPlace(ZoneIds);
  // An entry that is no text is passed on as it is, and answered as a plate that cannot be read.
  return PlateNumbers.map((plate) => ({ plate: plate as string, ...within }));
}

function parseIsValid(body: string): LookupQuery {
  const { PlateNumber, PlateNumbers, ZoneIds } = readQuery(isvalid, body);
  const [plate, ...others] =
    PlateNumber === null || PlateNumber === undefined ? (PlateNumbers ?? []) : [PlateNumber];
  if (plate === undefined || others.length > 0)
    throw fieldError("PlateNumber", "must be one plate, as text.");
  return { plate, ...toPlace(ZoneIds) };
}

/**
 * A JSON body in the form that an operation asks for.
 *
 * @throws EnforcementError `invalid_input` naming the first field that is wrong, and never its value
 */
function readQuery<Query>(schema: z.ZodMiniType<Query>, body: string): Query {
  const result = z.safeParse(schema, parseJsonBody(body));
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw fieldError(String(issue?.path[0] ?? "body"), issue?.message ?? "is not as it must be.");
}

function toPlace(ids: readonly string[] | null | undefined): { place?: LookupPlace } {
  return ids === null || ids === undefined || ids.length === 0
    ? {}
    : { place: { by: "location", value: ids } };
}

function renderAnswers(answers: readonly LookupAnswer[]): LookupReply {
  const zones = toPermitZones(answers.flatMap(({ matches }) => matches));
  if (zones.length > 0) return toJsonReply(200, { PermitZones: zones });
  return toJsonReply(404, { error: { code: "no_permits", message: "No permits were found." } });
}

function renderPlaces({ locations }: LookupPlaces): LookupReply {
  return toJsonReply(200, { Zones: locations.map(({ id, name }) => ({ ZoneId: id, Name: name })) });
}

function renderRefusal(refusal: LookupRefusal): LookupReply {
  return toJsonRefusal(refusal.reason === "unknown_place" ? { ...refusal, status: 404 } : refusal);
}
