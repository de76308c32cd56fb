import { EnforcementError, type EnforcementErrorCode, type EnforcementErrorDetails } from "../core/errors.ts";
import { describeBody, type HttpReply, type HttpRequest, type VendorRefusal } from "./reply.ts";
import { parseRetryAfter } from "./retry.ts";

// Codes of faults that occur before the first byte of a request is sent.
const NOTHING_SENT: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "CERT_HAS_EXPIRED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

// Codes whose cause may be a proxy that fetch does not use.
const NEVER_CONNECTED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const PROXY_ADVICE =
  "If this machine reaches the internet through a proxy: Node's fetch uses HTTPS_PROXY only where NODE_USE_ENV_PROXY=1 " +
  "is set (Node 22.21, 24.5 and later); otherwise give a fetch of your own.";

// Codes of Node, undici and node-fetch for an invalid request: a retry fails in the same way.
const MISTAKES: ReadonlySet<string> = new Set([
  "ERR_INVALID_PROTOCOL",
  "ERR_INVALID_CHAR",
  "ERR_INVALID_HTTP_TOKEN",
  "ERR_HTTP_INVALID_HEADER_VALUE",
  "ERR_UNESCAPED_CHARACTERS",
  "ERR_SOCKET_BAD_PORT",
  "UND_ERR_INVALID_ARG",
  "UND_ERR_NOT_SUPPORTED",
  "UND_ERR_REQ_CONTENT_LENGTH_MISMATCH",
]);
// Codes that any function of Node throws: a host's own fetch may fail with them after it has sent the request.
const MISTAKES_AT_ANY_TIME: ReadonlySet<string> = new Set([
  "ERR_INVALID_URL",
  "ERR_INVALID_ARG_TYPE",
  "ERR_INVALID_ARG_VALUE",
]);
const MESSAGES_OF_FETCH: ReadonlySet<string> = new Set([
  "bad port",
  "unknown scheme",
  "URL scheme must be a HTTP(S) scheme",
]);

/**
 * The error for a reply that refuses. `refusal` is what the vendor's error format says, already masked; `undefined` where
 * the reply is not in that format. A 4xx that is not is `unavailable`, thus retryable: a gateway may have sent it.
 */
export function refusalError(
  reply: HttpReply,
  refusal: VendorRefusal | undefined,
  context: { changes: boolean; now: Date },
): EnforcementError {
  const { traceId } = reply;
  const { vendorCode, vendorMessage, reason, code } = refusal ?? {};
  const status = refusal?.status ?? reply.status;
  const retryAfterMs = parseRetryAfter(reply.headers.get("retry-after"), context.now);
  const said = vendorMessage === undefined ? "" : `: ${vendorMessage}`;
  const outcomeOfDoubt = context.changes ? "unknown" : "not_applied";
  const error = (
    code: EnforcementErrorCode,
    message: string,
    details: EnforcementErrorDetails = {},
  ): EnforcementError =>
    new EnforcementError(code, message, {
      vendorCode,
      vendorMessage,
      status: reply.status,
      traceId,
      retryAfterMs,
      ...details,
    });

  // Redirects are never followed: another origin must not see our credentials.
  if (status >= 300 && status < 400) {
    const remedy = "set baseUrl to the vendor's final address";
    return error("invalid_response", `The vendor redirects (${status}); ${remedy}.`);
  }
  if (status === 429) return error("rate_limited", `The vendor wants fewer requests (429)${said}`);
  if (status === 408) return error("timeout", `The vendor gave up waiting for our request (408)${said}`);
  if (status >= 500) {
    return error("unavailable", `The vendor cannot serve the request now (${status})${said}`, {
      outcome: outcomeOfDoubt,
    });
  }
  if (refusal === undefined)
    return error("unavailable", describeForeignReply(reply), { outcome: outcomeOfDoubt });
  if (code === "unauthorized" || (code === undefined && (status === 401 || status === 403))) {
    return error("unauthorized", `The vendor refuses our credentials (${status})${said}`);
  }
  return error("rejected", `The vendor refuses the request (${status})${said}`, { reason });
}

/** Describes a reply that is not in the vendor's error format. */
function describeForeignReply(reply: HttpReply): string {
  const advice =
    reply.status === 407
      ? "a proxy on the way asks for credentials"
      : "if it persists, check baseUrl and the gateways on the way";
  return `A reply (${reply.status}) is not in the vendor's format: it ${describeBody(reply)}; ${advice}.`;
}

/** The error of a request that fetch refuses to send. */
export function unsendable(problem: string): EnforcementError {
  return new EnforcementError("invalid_config", `The request cannot be sent: ${problem} Nothing was sent.`);
}

/** The error for a value that fetch threw. Only a system fault code is kept of it. */
export function transportError(thrown: unknown, request: HttpRequest): EnforcementError {
  const { code, words } = findFault(thrown);
  const mistake = findMistake({ code, words });
  if (mistake !== undefined) return unsendable(mistake);
  if (code !== undefined && MISTAKES_AT_ANY_TIME.has(code)) {
    const message = `fetch failed (${code}); check baseUrl, and the fetch option if you set it.`;
    return new EnforcementError("invalid_config", message, {
      outcome: request.changes ? "unknown" : "not_applied",
      traceId: request.traceId,
    });
  }
  return brokenConnection(thrown, request);
}

/** The error for a connection that broke, also while a reply was read. Only a system fault code is kept of `thrown`. */
export function brokenConnection(thrown: unknown, request: HttpRequest): EnforcementError {
  const { code = "" } = findFault(thrown);
  const outcome = request.changes && !NOTHING_SENT.has(code) ? "unknown" : "not_applied";
  const name = code === "" ? "" : ` (${code})`;
  const advice = NEVER_CONNECTED.has(code) ? ` ${PROXY_ADVICE}` : "";
  return new EnforcementError("unavailable", `The connection to the vendor failed${name}.${advice}`, {
    outcome,
    traceId: request.traceId,
  });
}

/** The error for an attempt without a complete reply within `limitMs` milliseconds. */
export function timeoutError(limitMs: number, request: HttpRequest): EnforcementError {
  return new EnforcementError("timeout", `The vendor gave no complete reply within ${limitMs} ms.`, {
    outcome: request.changes ? "unknown" : "not_applied",
    traceId: request.traceId,
  });
}

interface Fault {
  readonly code: string | undefined;
  /** A message of fetch that is known to quote nothing from the request. */
  readonly words: string | undefined;
}

function findMistake({ code, words }: Fault): string | undefined {
  if (words === "bad port") {
    return "fetch refuses the port of its address, one that belongs to another protocol; use another port.";
  }
  return words !== undefined || MISTAKES.has(code ?? "")
    ? `fetch refuses it${code === undefined ? "" : ` (${code})`}; check baseUrl, and the request's method, headers and body.`
    : undefined;
}

function findFault(thrown: unknown): Fault {
  let current = thrown;
  for (let depth = 0; depth < 5 && typeof current === "object" && current !== null; depth += 1) {
    const { code, message, cause } = current as { code?: unknown; message?: unknown; cause?: unknown };
    const words = typeof message === "string" && MESSAGES_OF_FETCH.has(message) ? message : undefined;
    const isCode = typeof code === "string" && /^[A-Z][A-Z0-9_]{2,60}$/.test(code);
    if (isCode || words !== undefined) return { code: isCode ? code : undefined, words };
    current = cause;
  }
  return { code: undefined, words: undefined };
}
