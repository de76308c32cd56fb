/**
 * Passport's service as a fetch handler that keeps its state in memory. It is our reading of the vendor, not the
 * vendor: paths, fields and tokens follow its documentation and public client code; the body of a reply to
 * `/events`, the exact status codes of refusals and which refusals exist at all are inferred.
 *
 * @module
 */

import { type Clock, systemClock } from "../../../core/clock.ts";
import { fieldError, readBoolean } from "../../../core/fields.ts";
import { readFactoryOptions } from "../../../core/options.ts";
import { nextTurn } from "../../../core/sandbox-overlap.ts";
import {
  createEventsEndpoint,
  type PassportEventsMode,
  type PassportRefusedItems,
  type PassportSandboxEvent,
} from "./events.ts";
import { agrees, listRights, listZones, type PassportRightPaging } from "./queries.ts";
import { describeDeviation, invalidRequest, type NoteDeviation, PassportRefusal } from "./refusal.ts";
import { isOperatorId } from "./schema.ts";
import type { PassportSandboxSession } from "./state.ts";
import { createTokenEndpoint, type PassportTokenExpiry } from "./tokens.ts";
import { type PassportSandboxZone, type PassportSandboxZoneInput, toZones } from "./zones.ts";

/** Options of {@link createPassportSandbox}. */
export interface PassportSandboxOptions {
  /** Decides when tokens and rights end. Default: the machine's clock. */
  clock?: Clock;
  /** The operator, a lower-case UUID. Default: a random one. */
  operatorId?: string;
  clientId?: string;
  clientSecret?: string;
  /** The operator's zones. Default: none. */
  zones?: readonly PassportSandboxZoneInput[];
  /** How many zones one reply holds at most when `zonePaging` is `truncated`. Default 100. */
  zonePageSize?: number;
  /** `none`: every zone in one reply. `truncated`: one page and no way to ask for the next. Default `none`. */
  zonePaging?: "none" | "truncated";
  /** How many rights one reply holds at most unless `rightPaging` is `none`. Default 100. */
  rightPageSize?: number;
  /** How a list of rights is cut. Default `none`: everything in one reply. */
  rightPaging?: PassportRightPaging;
  /** How many events one request may hold; more are refused with 413. Default: any number; more than 100 are noted. */
  maxBatch?: number;
  /**
   * Whether the sandbox refuses what Passport may well accept: a request without a trace id, a field or a query parameter
   * that is not known, a time without milliseconds, a plate in lower case, other than the documented fees. Default
   * false: it carries the request out and notes a warning.
   */
  strict?: boolean;
  /** Whether the client's scope covers reading rights back. Default true. */
  readBack?: boolean;
  /** The form in which a token reply says when the token ends. Default `expires_at`. */
  tokenExpiry?: PassportTokenExpiry;
  /** Default 86,400: one day. */
  tokenLifetimeSeconds?: number;
  /** Awaited between reading and applying events. Default: one turn of the event loop. */
  latency?: () => Promise<void>;
}

/** A request as the sandbox saw it. Holds no secret and no query, where plates travel. */
export interface PassportSandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** The client's trace id; null when it sent none. */
  readonly traceId: string | null;
  /** What only our reading of Passport would refuse in it. Absent: nothing. */
  readonly warnings?: readonly string[];
}

/** The sandbox: a fetch handler, what it holds, and controls for a test. */
export interface PassportSandbox {
  /** Answers by the end of the path, so any prefix works. Takes what the global `fetch` takes. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  readonly operatorId: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly zones: readonly PassportSandboxZone[];
  /** The client's own sessions by `session_id`. */
  readonly sessions: ReadonlyMap<string, PassportSandboxSession>;
  /** Sessions of other parties by `session_id`. */
  readonly foreignSessions: ReadonlyMap<string, PassportSandboxSession>;
  /** Every accepted event, in order. */
  readonly events: readonly PassportSandboxEvent[];
  readonly requests: readonly PassportSandboxRequest[];
  /** What the client did that no reply can show: requests that overlapped, events out of order. */
  readonly violations: readonly string[];
  /** What `strict` would have refused, request by request. Holds no plate and no secret. */
  readonly warnings: readonly string[];
  /** Whether rights may be read back; 403 while false. */
  readBack: boolean;
  /** What an officer sees at an instant, foreign sessions included. `zoneId` is the id or the external id. */
  findSessions(query: {
    zoneId?: string;
    plate?: string;
    state?: string;
    at: Date;
  }): PassportSandboxSession[];
  /** Rotates the secret: the old one and all tokens are refused from now on. */
  setClientSecret(secret: string): void;
  /** Refuses all tokens handed out so far. */
  expireTokens(): void;
  /** Adds a session that another party sent. */
  addForeignSession(session: PassportForeignSession): PassportSandboxSession;
  /** Decides the reply to the next batch that could be applied; several calls queue up. Otherwise `accepted`. */
  nextEvents(mode: PassportEventsMode, options?: { refused?: PassportRefusedItems }): void;
}

/** A session of another party. */
export interface PassportForeignSession {
  sessionId?: string;
  zoneId: string;
  plate: string;
  state: string;
  startTime: Date;
  endTime: Date;
}

const OPTION_NAMES: readonly (keyof PassportSandboxOptions)[] = [
  "clock",
  "operatorId",
  "clientId",
  "clientSecret",
  "zones",
  "zonePageSize",
  "zonePaging",
  "rightPageSize",
  "rightPaging",
  "maxBatch",
  "strict",
  "readBack",
  "tokenExpiry",
  "tokenLifetimeSeconds",
  "latency",
];

/**
 * Creates a sandbox.
 *
 * @throws EnforcementError when an option is unknown or wrong
 */
export function createPassportSandbox(options: PassportSandboxOptions = {}): PassportSandbox {
  readFactoryOptions(options, "createPassportSandbox", OPTION_NAMES);
  const { clock = systemClock } = options;
  const pageSize = options.zonePaging === "truncated" ? (options.zonePageSize ?? 100) : undefined;
  const operatorId = readOperatorId(options.operatorId ?? crypto.randomUUID());
  const clientId = options.clientId ?? crypto.randomUUID();
  const zones = toZones(options.zones ?? []);
  const foreignSessions = new Map<string, PassportSandboxSession>();
  const requests: PassportSandboxRequest[] = [];
  const warnings: string[] = [];
  const strict = readBoolean(options.strict ?? false, "createPassportSandbox strict");
  let readBack = options.readBack ?? true;

  const tokens = createTokenEndpoint({
    clock,
    clientId,
    clientSecret: options.clientSecret ?? crypto.randomUUID(),
    expiry: options.tokenExpiry ?? "expires_at",
    lifetimeSeconds: options.tokenLifetimeSeconds ?? 86_400,
    scope: () => (readBack ? "zones events parking-rights" : "zones events"),
  });
  const eventsEndpoint = createEventsEndpoint({
    operatorId,
    zones,
    maxBatch: options.maxBatch,
    latency: options.latency ?? nextTurn,
    findForeign: (sessionId) => foreignSessions.get(sessionId),
  });

  const allSessions = () => [...eventsEndpoint.sessions.values(), ...foreignSessions.values()];

  const routes: Route[] = [
    {
      method: "POST",
      path: "/v3/shared/access-tokens",
      open: true,
      answer: tokens.issue,
    },
    {
      method: "POST",
      path: "/v3/shared/events",
      answer: async (request, note) =>
        eventsEndpoint.receive(await readJson(request, note), { signal: request.signal, note }),
    },
    {
      method: "GET",
      path: "/v3/shared/zones",
      answer: (request, note) => listZones(request, { operatorId, zones, pageSize, note }),
    },
    {
      method: "GET",
      path: "/v4/enforcement/parking-rights",
      answer(request, note) {
        if (!readBack) throw new PassportRefusal(403, "forbidden", { detail: "The token lacks the scope." });
        const paging = { paging: options.rightPaging ?? "none", pageSize: options.rightPageSize ?? 100 };
        const asked = { operatorId, zones, sessions: allSessions(), now: clock(), note };
        return listRights(request, { ...asked, ...paging });
      },
    },
  ];

  async function answer(request: Request, note: NoteDeviation): Promise<Response> {
    const { pathname } = new URL(request.url);
    const route = routes.find(({ path }) => pathname.endsWith(path));
    if (route === undefined) throw new PassportRefusal(404, "not_found", { detail: "No such path." });
    if (route.method !== request.method) {
      throw new PassportRefusal(405, "method_not_allowed", { detail: `Use ${route.method}.` });
    }
    if (!request.headers.get(TRACE_HEADER)) {
      note(invalidRequest([{ field: TRACE_HEADER, problem: "the header is missing" }]));
    }
    if (!route.open) tokens.requireToken(request);
    return await route.answer(request, note);
  }

  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const noted: string[] = [];
      const note: NoteDeviation = (refusal) => {
        if (strict) throw refusal;
        noted.push(...describeDeviation(refusal));
      };
      const response = await answer(request, note).catch(toRefusal);
      const { method, headers } = request;
      const path = new URL(request.url).pathname;
      const entry = { method, path, status: response.status, traceId: headers.get(TRACE_HEADER) };
      requests.push(noted.length === 0 ? entry : { ...entry, warnings: noted });
      warnings.push(...noted.map((problem) => `${method} ${path}: ${problem}`));
      return response;
    },
    operatorId,
    clientId,
    get clientSecret() {
      return tokens.clientSecret;
    },
    zones,
    sessions: eventsEndpoint.sessions,
    foreignSessions,
    events: eventsEndpoint.events,
    requests,
    violations: eventsEndpoint.violations,
    warnings,
    get readBack() {
      return readBack;
    },
    set readBack(allowed) {
      readBack = allowed;
    },
    findSessions({ zoneId, plate, state, at }) {
      return allSessions().filter(
        (session) =>
          session.startTime <= at &&
          at < session.endTime &&
          (agrees(zoneId, session.zoneId) || zoneId === session.externalZoneId) &&
          agrees(plate, session.plate) &&
          agrees(state, session.state),
      );
    },
    setClientSecret: tokens.setClientSecret,
    expireTokens: tokens.expireTokens,
    addForeignSession({ sessionId = crypto.randomUUID(), ...session }) {
      const foreign: PassportSandboxSession = {
        ...session,
        sessionId,
        status: "active",
        lastOccurredAt: session.startTime,
        events: 1,
        foreign: true,
      };
      foreignSessions.set(sessionId, foreign);
      return foreign;
    },
    nextEvents(mode, { refused = [] } = {}) {
      eventsEndpoint.nextEvents(mode, refused);
    },
  };
}

interface Route {
  readonly method: string;
  readonly path: string;
  /** True where no token is needed. */
  readonly open?: boolean;
  readonly answer: (request: Request, note: NoteDeviation) => Response | Promise<Response>;
}

const TRACE_HEADER = "Passport-Labs-Client-Trace-Id";

function toRefusal(thrown: unknown): Response {
  if (thrown instanceof PassportRefusal) return thrown.toResponse();
  throw thrown;
}

async function readJson(request: Request, note: NoteDeviation): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    note(new PassportRefusal(415, "unsupported_media_type", { detail: "Send JSON." }));
  }
  try {
    return JSON.parse(await request.text());
  } catch {
    throw invalidRequest([{ field: "body", problem: "is not JSON" }]);
  }
}

function readOperatorId(operatorId: string): string {
  if (isOperatorId(operatorId)) return operatorId;
  throw fieldError("operatorId", "must be a UUID in lower case.", "invalid_config");
}
