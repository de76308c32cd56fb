import { fieldError, readRecord } from "../core/fields.ts";
import { promiseWithAbort, systemTimers, type Timers, wait } from "../core/timers.ts";

/** Answers a request. */
export type FetchHandler = (request: Request) => Promise<Response>;

/**
 * A fault to inject. Applied means that the handler did its work before the fault hid its answer.
 *
 * | kind | what the client sees | applied |
 * |---|---|---|
 * | `timeout-before` | no answer, until it gives up | no |
 * | `timeout-after` | no answer, until it gives up | yes |
 * | `reset-before` | the connection breaks | no |
 * | `reset-after` | the connection breaks | yes |
 * | `status` | the given status, headers and body | no |
 * | `rate-limit` | 429; `retryAfter` in seconds, or as an HTTP date | no |
 * | `html` | 200 with a web page | `applied`, default no |
 * | `empty` | 200 with nothing | `applied`, default no |
 * | `truncated` | the true answer, cut in the middle | yes |
 * | `huge` | 200 with a body of `bytes` bytes, streamed | `applied`, default no |
 * | `slow` | the true answer after `delayMs` | yes, after the delay |
 * | `redirect` | `status`, default 302, to `location` | no |
 */
export type Fault = FaultScope &
  (
    | { kind: "timeout-before" | "timeout-after" | "reset-before" | "reset-after" | "truncated" }
    | { kind: "status"; status: number; headers?: Record<string, string>; body?: string | object }
    | { kind: "rate-limit"; retryAfter?: number | string }
    | { kind: "html" | "empty"; applied?: boolean }
    | { kind: "huge"; bytes: number; applied?: boolean }
    | { kind: "slow"; delayMs: number }
    | { kind: "redirect"; location: string; status?: 301 | 302 | 303 | 307 | 308 }
  );

/** Which requests a fault meets. */
export interface FaultScope {
  /** How many requests it meets before it is spent. Default 1; `Infinity` until `clear()`. */
  times?: number;
  /** The end of the path, or an expression that the path must match. Default: every path. */
  path?: string | RegExp;
}

/** A queue of faults in front of a handler. */
export interface Faults {
  /** The handler with the faults in front of it. */
  wrap(handler: FetchHandler): FetchHandler;
  /** Queues a fault. A request meets the first one in the queue whose `path` fits, and at most one. */
  add(fault: Fault): void;
  /** How many requests are still to meet a fault. */
  readonly pending: number;
  /** Drops all faults. Requests that are held stay held. */
  clear(): void;
  /** Ends all requests held by a timeout, with a broken connection. */
  release(): void;
}

const FIELDS: Readonly<Record<Fault["kind"], readonly string[]>> = {
  "timeout-before": [],
  "timeout-after": [],
  "reset-before": [],
  "reset-after": [],
  truncated: [],
  status: ["status", "headers", "body"],
  "rate-limit": ["retryAfter"],
  html: ["applied"],
  empty: ["applied"],
  huge: ["bytes", "applied"],
  slow: ["delayMs"],
  redirect: ["location", "status"],
};

/** Creates an empty queue. */
export function createFaults(): Faults {
  return createFaultsWith(systemTimers);
}

/** {@link createFaults} with injected timers, for tests. */
export function createFaultsWith(timers: Timers): Faults {
  let queue: { readonly fault: Fault; left: number }[] = [];
  const held = new Set<() => void>();

  function take(request: Request): Fault | undefined {
    const { pathname } = new URL(request.url);
    const entry = queue.find(({ fault }) => fits(fault.path, pathname));
    if (entry === undefined) return undefined;
    entry.left -= 1;
    if (entry.left === 0) queue = queue.filter((other) => other !== entry);
    return entry.fault;
  }

  function hold({ signal }: Request): Promise<never> {
    return promiseWithAbort<never>(signal, (_, reject) => {
      const release = () => reject(connectionReset());
      held.add(release);
      return () => held.delete(release);
    });
  }

  async function perform(fault: Fault, request: Request, handler: FetchHandler): Promise<Response> {
    switch (fault.kind) {
      case "timeout-before":
        return await hold(request);
      case "timeout-after":
        await handler(request);
        return await hold(request);
      case "reset-before":
        throw connectionReset();
      case "reset-after":
        await handler(request);
        throw connectionReset();
      case "truncated":
        return await truncate(await handler(request));
      case "slow":
        await wait(fault.delayMs, request.signal, timers);
        return await handler(request);
      case "html":
      case "empty":
      case "huge":
        if (fault.applied) await handler(request);
        return toResponse(fault);
      default:
        return toResponse(fault);
    }
  }

  return {
    wrap: (handler) => async (request) => {
      const fault = take(request);
      return await (fault === undefined ? handler(request) : perform(fault, request, handler));
    },
    add(fault) {
      queue.push({ fault: readFault(fault), left: fault.times ?? 1 });
    },
    get pending() {
      return queue.reduce((sum, { left }) => sum + left, 0);
    },
    clear() {
      queue = [];
    },
    release() {
      for (const release of held) release();
      held.clear();
    },
  };
}

function readFault(fault: Fault): Fault {
  if (!Object.hasOwn(FIELDS, fault.kind)) {
    throw fieldError("fault.kind", `must be one of ${Object.keys(FIELDS).join(", ")}.`);
  }
  readRecord(fault, `fault "${fault.kind}"`, ["kind", "times", "path", ...FIELDS[fault.kind]]);
  const { times = 1 } = fault;
  if (times !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(times) && times > 0)) {
    throw fieldError("fault.times", "must be a whole number, 1 or more, or Infinity.");
  }
  return fault;
}

function fits(path: string | RegExp | undefined, pathname: string): boolean {
  if (path === undefined) return true;
  return typeof path === "string" ? pathname.endsWith(path) : pathname.search(path) !== -1;
}

type StaticFault = Extract<Fault, { kind: "status" | "rate-limit" | "html" | "empty" | "huge" | "redirect" }>;

function toResponse(fault: StaticFault): Response {
  switch (fault.kind) {
    case "status":
      return toStatus(fault);
    case "rate-limit": {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
      return new Response(null, { status: 429, headers });
    }
    case "html":
      return new Response("<!doctype html><title>Maintenance</title><p>Back soon.", {
        headers: { "content-type": "text/html; charset=utf-8" },
      });
    case "empty":
      return new Response(null, { status: 200 });
    case "huge":
      return new Response(toStream(fault.bytes), { headers: { "content-type": "application/json" } });
    case "redirect":
      return new Response(null, { status: fault.status ?? 302, headers: { location: fault.location } });
  }
}

function toStatus({ status, headers = {}, body }: Extract<Fault, { kind: "status" }>): Response {
  return typeof body === "object"
    ? Response.json(body, { status, headers })
    : new Response(body ?? null, { status, headers });
}

async function truncate(response: Response): Promise<Response> {
  const text = await response.text();
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  return new Response(text.slice(0, Math.floor(text.length / 2)) || null, {
    status: response.status,
    headers,
  });
}

function toStream(bytes: number): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536).fill(0x20);
  let left = bytes;
  return new ReadableStream({
    pull(controller) {
      if (left > 0) controller.enqueue(chunk.slice(0, Math.min(left, chunk.length)));
      left -= chunk.length;
      if (left <= 0) controller.close();
    },
  });
}

/** What `fetch` throws when the other side closes the connection. */
function connectionReset(): TypeError {
  const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  return new TypeError("fetch failed", { cause });
}
