import { isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import { fieldError } from "../../core/fields.ts";
import { ignorePromisesIn, isPromise } from "../../core/maybe-promise.ts";
import { requireSendable } from "../../http/check-request.ts";
import type { HotSpotConfig } from "./config.ts";
import type { HotSpotOperation } from "./wire.ts";

/** A request that a wire made, checked. */
export interface EncodedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The request of an operation, checked so that fetch can send it.
 *
 * @throws EnforcementError `invalid_config` saying what is wrong with the request, and none of its values
 */
export function encodeRequest(
  operation: HotSpotOperation,
  { wire, baseUrl }: Pick<HotSpotConfig, "wire" | "baseUrl">,
): EncodedRequest {
  let read: EncodedRequest | string;
  try {
    read = readRequest(wire.encode(operation), baseUrl);
  } catch {
    // Its error is the host's, and may print the plate or the token.
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
  // A path without a slash would make another host of ours, which then gets the token.
  if (typeof path !== "string" || !path.startsWith("/")) return "must give a path that starts with a slash.";
  if (!isUsablePath(path)) {
    return "must give a percent-encoded path: without spaces, control characters, \\, # and segments of dots.";
  }
  const texts = readHeaders(headers);
  if (texts === undefined) return "must give headers as an object with a text for each name.";
  if (body !== undefined && body !== null && typeof body !== "string") {
    return "must give the body as text; JSON.stringify an object.";
  }
  // fetch writes some methods in capital letters and others, such as patch, as they are; servers know capital ones.
  const request = { method: method.toUpperCase(), url: `${baseUrl}${path}`, headers: texts };
  return typeof body === "string" && body !== "" ? { ...request, body } : request;
}

/** Whether URL parsing leaves a path as it is, percent-encoding apart. What it dropped would be another address. */
function isUsablePath(path: string): boolean {
  if (!path.isWellFormed() || /[\s\p{Cc}\\#]/u.test(path)) return false;
  const [pathname = ""] = path.split("?");
  return !pathname.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}

/** Headers as a record of texts. A `Headers`, a Map or a list of pairs would lose all that it holds: the token. */
function readHeaders(headers: unknown): Record<string, string> | undefined {
  if (headers === undefined || headers === null) return {};
  if (typeof headers !== "object" || Symbol.iterator in headers) return undefined;
  const entries = Object.entries(headers);
  return entries.every(([, value]) => typeof value === "string") ? Object.fromEntries(entries) : undefined;
}
