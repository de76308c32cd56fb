import type { LookupDialect, LookupRefusal } from "../../core/lookup/dialect.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import { createRefusal } from "../outcome.ts";

/** Longest body that is read, in bytes. A lookup is well under one kilobyte. */
export const MAX_BODY_BYTES = 16 * 1024;

/**
 * Why the body has no text.
 *
 * - `too_large`: more than 16 KiB.
 * - `consumed`: a parser before the mount read the body and did not pass it on.
 * - `unreadable`: not UTF-8, or JSON that is nested too deep to be serialised again.
 * - `late`: not completely received before the lookup's deadline.
 */
export type BodyProblem = "too_large" | "consumed" | "unreadable" | "late";

/** The text of a body, or why there is none. */
export type ReadBody =
  | { readonly text: string; readonly problem?: undefined }
  | { readonly text?: undefined; readonly problem: BodyProblem };

const STRICT_UTF8 = new TextDecoder("utf-8", { fatal: true });

/** Whether a text is longer than {@link MAX_BODY_BYTES} in UTF-8. */
function isTooLarge(text: string): boolean {
  // A UTF-16 code unit takes at most three bytes in UTF-8, so short texts need no count.
  return text.length * 3 > MAX_BODY_BYTES && Buffer.byteLength(text) > MAX_BODY_BYTES;
}

/** Whether `Content-Length` is more than {@link MAX_BODY_BYTES}. */
export function isAnnouncedTooLarge(contentLength: string | null | undefined): boolean {
  return Number(contentLength ?? 0) > MAX_BODY_BYTES;
}

/** Decodes a body strictly: bytes that are not UTF-8 are a problem, never a replacement character inside a plate. */
export function decodeBody(chunks: readonly Uint8Array[]): ReadBody {
  const [first] = chunks;
  const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
  if (bytes.byteLength > MAX_BODY_BYTES) return { problem: "too_large" };
  try {
    return { text: STRICT_UTF8.decode(bytes) };
  } catch {
    return { problem: "unreadable" };
  }
}

/** Lenient decoders write it for bytes that are not UTF-8. */
const REPLACEMENT = "\ufffd";

/**
 * The text of a body that a framework has already read. Text and bytes stay as they are; parsed values, `null` included, become
 * JSON again. `undefined` when the framework has read no body.
 *
 * A framework decodes leniently and writes U+FFFD for bytes that are not UTF-8. A body with U+FFFD is therefore `unreadable`,
 * as it is when a mount reads the bytes itself.
 */
export function toBodyText(parsed: unknown): ReadBody | undefined {
  if (parsed === undefined) return undefined;
  // Not `instanceof`: under Jest, a Buffer is a Uint8Array of another realm.
  if (ArrayBuffer.isView(parsed)) {
    return decodeBody([new Uint8Array(parsed.buffer, parsed.byteOffset, parsed.byteLength)]);
  }
  try {
    const text = typeof parsed === "string" ? parsed : JSON.stringify(parsed);
    if (typeof text !== "string") return undefined;
    if (isTooLarge(text)) return { problem: "too_large" };
    // Without its byte order mark, which `decodeBody` removes too.
    return text.includes(REPLACEMENT) ? { problem: "unreadable" } : { text: text.replace(/^\ufeff/, "") };
  } catch {
    return { problem: "unreadable" };
  }
}

/**
 * Checks method, body and content type before authentication. Returns the refusal, or `undefined` for an acceptable request.
 */
export function screenRequest(
  request: LookupRequest,
  dialect: LookupDialect,
  bodyProblem: BodyProblem | undefined,
): LookupRefusal | undefined {
  if (!dialect.methods.includes(request.method)) {
    return createRefusal("method_not_allowed", { headers: { allow: dialect.methods.join(", ") } });
  }
  if (bodyProblem === "too_large" || isTooLarge(request.body)) return createRefusal("body_too_large");
  if (bodyProblem === "consumed") return createRefusal("body_consumed");
  if (bodyProblem === "unreadable")
    return createRefusal("invalid_request", { message: "The body is not readable text; send UTF-8." });
  if (!isServedMediaType(request, dialect)) return createRefusal("unsupported_media_type");
  return undefined;
}

function isServedMediaType(request: LookupRequest, dialect: LookupDialect): boolean {
  if (request.method === "GET") return true;
  const contentType = request.header("content-type");
  // A request without a body needs no content type. The dialect reports what is missing.
  if (contentType === undefined) return request.body === "";
  const mediaType = contentType.split(";", 1)[0] ?? "";
  return dialect.contentTypes.includes(mediaType.trim().toLowerCase());
}
