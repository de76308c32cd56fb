import { isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import { fieldError } from "../../core/fields.ts";
import { ignorePromisesIn, isPromise } from "../../core/maybe-promise.ts";
import { requireSendable } from "../../http/exchange.ts";
import type { HotSpotConfig } from "./config.ts";
import type { HotSpotOperation } from "./wire.ts";

/** A checked request of a wire. */
export interface EncodedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * Encodes an operation with the wire, and checks that fetch can send the request.
 *
 * @throws EnforcementError `invalid_config` that says what is wrong with the request, without its values
 */
export function encodeRequest(
  operation: HotSpotOperation,
  { wire, baseUrl }: Pick<HotSpotConfig, "wire" | "baseUrl">,
): EncodedRequest {
  let read: EncodedRequest | string;
  try {
    read = readRequest(wire.encode(operation), baseUrl);
  } catch {
    // The host's own error is dropped: it may hold the plate or the token.
    read = "failed; nothing was sent.";
  }
  if (typeof read === "string") throw fieldError("wire.encode", read, "invalid_config");
  try {
    requireSendable({ ...read, changes: true });
  } catch (thrown) {
    throw isEnforcementError(thrown) ? withErrorDetails(thrown, { field: "wire.encode" }) : thrown;
  }
  return read;
}

/** The request in what `encode` returned, or what is wrong with it. */
function readRequest(encoded: unknown, baseUrl: string): EncodedRequest | string {
  ignorePromisesIn(encoded);
  if (isPromise(encoded)) return "must return the request at once, not a promise.";
  if (typeof encoded !== "object" || encoded === null) {
    return "must return a request: method, path, headers and body.";
  }
  const { method, path, headers, body } = encoded as Record<string, unknown>;
  if (typeof method !== "string" || method === "") return "must give a method as text, such as POST.";
  // A path without a leading slash would extend the host name, and another host would get the token.
  if (typeof path !== "string" || !path.startsWith("/")) return "must give a path that starts with a slash.";
  if (!isUsablePath(path)) {
    return "must give a percent-encoded path: without spaces, control characters, \\, # and segments of dots.";
  }
  const texts = readHeaders(headers);
  if (texts === undefined) return "must give headers as an object with a text for each name.";
  if (body !== undefined && body !== null && typeof body !== "string") {
    return "must give the body as text; JSON.stringify an object.";
  }
  // fetch normalises some methods to upper case but not others, such as patch. Servers expect upper case.
  const request = { method: method.toUpperCase(), url: `${baseUrl}${path}`, headers: texts };
  return typeof body === "string" && body !== "" ? { ...request, body } : request;
}

/** Whether URL parsing keeps the path, apart from percent-encoding. A part that it drops would change the address. */
function isUsablePath(path: string): boolean {
  if (!path.isWellFormed() || /[\s\p{Cc}\\#]/u.test(path)) return false;
  const [pathname = ""] = path.split("?");
  return !pathname.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

/** Headers as a record of texts. A `Headers`, a Map or a list of pairs is refused, because its entries would be lost. */
function readHeaders(headers: unknown): Record<string, string> | undefined {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== "object" || Symbol.iterator in headers) return undefined;
  const entries = Object.entries(headers);
  return entries.every(([, value]) => typeof value === "string") ? Object.fromEntries(entries) : undefined;
}
