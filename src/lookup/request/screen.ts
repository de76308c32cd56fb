import type { LookupDialect, LookupRefusal } from "../../core/lookup/dialect.ts";
import type { LookupRequest } from "../../core/lookup/lookup-message.ts";
import { createRefusal } from "../outcome.ts";
import { type BodyProblem, isTooLarge } from "./body.ts";

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
