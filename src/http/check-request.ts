import { EnforcementError } from "../core/errors.ts";
import type { HttpRequest } from "./reply.ts";

// Methods that fetch refuses to send.
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);
const BODILESS_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD"]);

// Headers of the connection and of the body's length. fetch writes them itself, and refuses or drops a caller's.
const HEADERS_OF_FETCH: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Checks that fetch can send a request. A request that it cannot send is a mistake in the configuration, and is reported as
 * one instead of as a failed connection.
 *
 * @throws EnforcementError `invalid_config` that names the invalid part, never its value
 */
export function requireSendable(request: HttpRequest): void {
  const problem = findProblem(request);
  if (problem !== undefined) throw unsendable(problem);
}

/** The error of a request that fetch refuses to send. */
export function unsendable(problem: string): EnforcementError {
  return new EnforcementError("invalid_config", `The request cannot be sent: ${problem} Nothing was sent.`);
}

function findProblem({
  method,
  url,
  headers = {},
  body,
}: { [Key in keyof HttpRequest]: unknown }): string | undefined {
  return findMethodProblem(method, body) ?? findUrlProblem(url) ?? findHeaderProblem(headers);
}

function findMethodProblem(method: unknown, body: unknown): string | undefined {
  if (typeof method !== "string" || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) {
    return "its method must be a token such as POST.";
  }
  const name = method.toUpperCase();
  if (REFUSED_METHODS.has(name)) return `the method ${name} cannot be sent by fetch.`;
  if (body === undefined || body === null) return undefined;
  if (typeof body !== "string") return "its body must be text; write JSON with JSON.stringify.";
  return BODILESS_METHODS.has(name) ? `${name} has no body; use POST, or leave the body out.` : undefined;
}

function findUrlProblem(url: unknown): string | undefined {
  if (typeof url !== "string" || !URL.canParse(url)) return "its address is no URL.";
  const { protocol, username, password } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return "its address is neither https nor http.";
  return username === "" && password === "" ? undefined : "its address holds a user or a password.";
}

function findHeaderProblem(headers: unknown): string | undefined {
  if (typeof headers !== "object" || headers === null || Array.isArray(headers)) {
    return "its headers must be an object of texts.";
  }
  for (const [name, value] of Object.entries(headers)) {
    if (HEADERS_OF_FETCH.has(name.toLowerCase())) {
      return `the header ${name.toLowerCase()} is written by fetch; leave it out.`;
    }
    if (typeof value !== "string") return "the value of a header must be text.";
  }
  try {
    new Headers(headers as Record<string, string>);
    return undefined;
  } catch {
    // fetch's own error is dropped: it quotes the header's value, which may be a token.
    return "a header of it cannot be written; look for a line break or accent in a token.";
  }
}
