/**
 * HotSpot's service as a fetch handler that keeps its state in memory. It is our reading of the vendor, not the
 * vendor: HotSpot publishes neither endpoint nor payload, so all of it is the default contract of this package,
 * inferred from the nearest published one. Only the SpotID for each location is documented.
 *
 * @module
 */

import { type Clock, systemClock } from "../../../core/clock.ts";
import { readBoolean } from "../../../core/fields.ts";
import { readFactoryOptions } from "../../../core/options.ts";
import { createOverlapWatch, nextTurn } from "../../../core/sandbox-overlap.ts";
import { HotSpotRefusal } from "./refusal.ts";
import { type NoteDeviation, readChangeBody, readCreateBody } from "./schema.ts";
import { createPermitBook, type HotSpotForeignPermit, type HotSpotSandboxPermit } from "./state.ts";

/** Options of {@link createHotSpotSandbox}. */
export interface HotSpotSandboxOptions {
  /** Decides which rights are live. Default: the machine's clock. */
  clock?: Clock;
  /** Default: a random one. */
  token?: string;
  /** When given, the header `X-Company-Token` is required. */
  companyToken?: string;
  /** The SpotIDs that exist; text, leading zeros kept. Default: none. */
  spotIds?: readonly string[];
  /** Whether a second live right for one plate and spot is refused. Unpublished; default false. */
  oneRightPerPlateAndSpot?: boolean;
  /**
   * Whether the sandbox refuses a request that departs from the default contract in a way that HotSpot might accept: an
   * additional field, a plate in lower case, a time without offset. Default false: it carries the request out and notes a
   * warning.
   */
  strict?: boolean;
  /** Awaited between reading and applying a request. Default: one turn of the event loop. */
  latency?: () => Promise<void>;
}

/** A request as the sandbox saw it. Holds no secret and no plate. */
export interface HotSpotSandboxRequest {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** How it departed from the default contract. Absent: it did not. */
  readonly warnings?: readonly string[];
}

/** The sandbox: a fetch handler, what it holds, and controls for a test. */
export interface HotSpotSandbox {
  /** Answers by the end of the path, so any prefix works. Takes what the global `fetch` takes. */
  fetch(input: Request | URL | string, init?: RequestInit): Promise<Response>;
  readonly token: string;
  readonly companyToken: string | undefined;
  readonly spotIds: readonly string[];
  /** The client's own permits by `PermitReference`, cancelled ones included. */
  readonly permits: ReadonlyMap<string, HotSpotSandboxPermit>;
  /** Permits of other parties by `PermitReference`. */
  readonly foreignPermits: ReadonlyMap<string, HotSpotSandboxPermit>;
  readonly requests: readonly HotSpotSandboxRequest[];
  /** What the client did that no reply can show: requests for one permit that overlapped. */
  readonly violations: readonly string[];
  /** How requests departed from the default contract, which is no refusal without `strict`. Holds no plate and no secret. */
  readonly warnings: readonly string[];
  /** What an officer sees at an instant, foreign permits included. */
  findPermits(query: { spotId?: string; plate?: string; region?: string; at: Date }): HotSpotSandboxPermit[];
  /** Rotates the token: the old one is refused from now on. */
  setToken(token: string): void;
  /** Rotates the company token; `undefined` stops requiring one. */
  setCompanyToken(companyToken: string | undefined): void;
  /** Adds a permit that another party sent. */
  addForeignPermit(permit: HotSpotForeignPermit): HotSpotSandboxPermit;
}

const OPTION_NAMES: readonly (keyof HotSpotSandboxOptions)[] = [
  "clock",
  "token",
  "companyToken",
  "spotIds",
  "oneRightPerPlateAndSpot",
  "strict",
  "latency",
];

/**
 * Creates a sandbox.
 *
 * @throws EnforcementError when an option is unknown or wrong
 */
export function createHotSpotSandbox(options: HotSpotSandboxOptions = {}): HotSpotSandbox {
  readFactoryOptions(options, "createHotSpotSandbox", OPTION_NAMES);
  const { clock = systemClock, spotIds = [], latency = nextTurn } = options;
  const { oneRightPerPlateAndSpot = false } = options;
  const strict = readBoolean(options.strict ?? false, "createHotSpotSandbox strict");
  let { token = crypto.randomUUID(), companyToken } = options;
  const book = createPermitBook({ clock, spotIds, oneRightPerPlateAndSpot });
  const requests: HotSpotSandboxRequest[] = [];
  const violations: string[] = [];
  const warnings: string[] = [];
  const overlap = createOverlapWatch((permitReference) => {
    violations.push(`Two requests were in flight at once for permit ${permitReference}.`);
  });

  function requireTokens(headers: Headers, note: NoteDeviation): void {
    const authorization = headers.get("authorization");
    if (authorization === null) throw new HotSpotRefusal(9001);
    const [scheme = "", ...rest] = authorization.split(" ");
    if (scheme.toLowerCase() !== "bearer" || rest.join(" ") !== token) throw new HotSpotRefusal(9002);
    if (scheme !== "Bearer") note("the scheme Bearer is not written so", 9002);
    if (companyToken !== undefined && headers.get("x-company-token") !== companyToken) {
      throw new HotSpotRefusal(9002, { reason: "The company token is missing or wrong." });
    }
  }

  /** Applies one request that was read: a shapeless body is never counted as in flight. */
  async function change(
    request: Request,
    key: string,
    apply: () => HotSpotSandboxPermit,
  ): Promise<{ Reference: string }> {
    return await overlap.during([key], request.signal, async () => {
      await latency();
      return { Reference: apply().reference };
    });
  }

  async function answer(request: Request, note: NoteDeviation): Promise<Response> {
    const operation = findOperation(new URL(request.url).pathname);
    if (request.method !== "POST") throw new HotSpotRefusal(9003, { status: 405, reason: "Use POST." });
    requireTokens(request.headers, note);
    const json = await readJson(request, note);
    if (operation === "create") {
      const body = readCreateBody(json, note);
      const reply = await change(request, body.PermitReference, () => book.create(body));
      return Response.json(reply, { status: 201 });
    }
    const body = readChangeBody(json, note, { needsEnd: operation === "update" });
    const key = body.PermitReference ?? body.Reference ?? "";
    return Response.json(await change(request, key, () => book[operation](body, note)));
  }

  return {
    async fetch(input, init) {
      const request = new Request(input, init);
      request.signal.throwIfAborted();
      const noted: string[] = [];
      const note: NoteDeviation = (problem, code = 9003) => {
        if (strict) throw new HotSpotRefusal(code, { reason: `In strict mode: ${problem}.` });
        noted.push(problem);
      };
      const response = await answer(request, note).catch(toRefusal);
      const { pathname: path } = new URL(request.url);
      const entry = { method: request.method, path, status: response.status };
      requests.push(noted.length === 0 ? entry : { ...entry, warnings: noted });
      warnings.push(...noted.map((problem) => `${request.method} ${path}: ${problem}.`));
      return response;
    },
    get token() {
      return token;
    },
    get companyToken() {
      return companyToken;
    },
    spotIds,
    permits: book.permits,
    foreignPermits: book.foreignPermits,
    requests,
    violations,
    warnings,
    findPermits({ spotId, plate, region, at }) {
      return book
        .listAll()
        .filter(
          (permit) =>
            permit.startTime <= at &&
            at < permit.endTime &&
            agrees(spotId, permit.spotId) &&
            agrees(plate, permit.plate) &&
            agrees(region, permit.region),
        );
    },
    setToken(next) {
      token = next;
    },
    setCompanyToken(next) {
      companyToken = next;
    },
    addForeignPermit: book.addForeign,
  };
}

function findOperation(pathname: string): "create" | "update" | "cancel" {
  if (pathname.endsWith("/permits")) return "create";
  if (pathname.endsWith("/permits/update")) return "update";
  if (pathname.endsWith("/permits/cancel")) return "cancel";
  throw new HotSpotRefusal(9003, { status: 404, reason: "There is no such path." });
}

async function readJson(request: Request, note: NoteDeviation): Promise<unknown> {
  const isSaidToBeJson = /^application\/json\b/i.test(request.headers.get("content-type") ?? "");
  let json: unknown;
  try {
    json = JSON.parse(await request.text());
  } catch {
    throw new HotSpotRefusal(9003, { reason: "The body is not JSON." });
  }
  if (!isSaidToBeJson) note("the content type is not application/json");
  return json;
}

function toRefusal(thrown: unknown): Response {
  if (thrown instanceof HotSpotRefusal) return thrown.toResponse();
  throw thrown;
}

/** A condition that was not given agrees with everything. */
function agrees(wanted: string | undefined, actual: string): boolean {
  return wanted === undefined || wanted === actual;
}
