import type { Clock } from "../../core/clock.ts";
import { EnforcementError, type RefusalReason } from "../../core/errors.ts";
import { ignorePromisesIn, isPromise } from "../../core/maybe-promise.ts";
import { maskRefusal } from "../../http/mask-refusal.ts";
import { type HttpReply, isSuccess, unreadableReply } from "../../http/reply.ts";
import { parseRetryAfter } from "../../http/retry.ts";
import type { HotSpotConfig } from "./config.ts";
import type { HotSpotOperation, HotSpotWireRefusal } from "./wire.ts";

/** How a reply is judged. The provider decides by this alone. */
export type Verdict =
  /** HotSpot carried the operation out. */
  | { readonly kind: "accepted"; readonly reference: string }
  /** HotSpot refused the operation. */
  | { readonly kind: "refused"; readonly refusal: HotSpotWireRefusal }
  /** No verdict of HotSpot. The operation may have been carried out, and is repeated with the same references. */
  | { readonly kind: "none"; readonly error: EnforcementError };

const REASONS = ["already_exists", "not_found", "unauthorized", "rejected"] as const;

// HotSpot's reference is stored in every receipt and sent in every later request.
const MAX_REFERENCE_LENGTH = 500;

/** Judges a reply. Never throws: the result of the host's own wire is checked like a vendor's reply. */
export function judgeReply(
  reply: HttpReply,
  operation: HotSpotOperation,
  { wire, http }: Pick<HotSpotConfig, "wire" | "http">,
): Verdict {
  const { status, headers, body } = reply;
  const none = (problem: string): Verdict => {
    return { kind: "none", error: noVerdictError(reply, mask(problem, operation), http.clock) };
  };
  try {
    const result: unknown = wire.decode({ status, headers, body });
    ignorePromisesIn(result);
    if (isPromise(result)) return { kind: "none", error: promiseError(reply) };
    if (typeof result !== "object" || result === null) return none("was not understood by wire.decode");
    return readResult(result, reply, none);
  } catch {
    // The host's own error is dropped: it may hold the plate.
    return none("could not be read: wire.decode failed");
  }
}

function readResult(result: object, reply: HttpReply, none: (problem: string) => Verdict): Verdict {
  const { refusal, noVerdict, reference } = result as Record<string, unknown>;
  if (isGiven(refusal)) {
    const read = readRefusal(refusal);
    return read === undefined
      ? none("was read by wire.decode as a refusal without reason and code")
      : { kind: "refused", refusal: read };
  }
  if (isGiven(noVerdict)) return none(readWords(noVerdict) ?? "is no verdict of HotSpot's");
  const kept = readReference(reference);
  if (kept === undefined) return none(describeReference(reference));
  // A gateway's 404 may echo the request with its reference.
  return isSuccess(reply) ? { kind: "accepted", reference: kept } : none("has no refusal");
}

function readRefusal(given: unknown): HotSpotWireRefusal | undefined {
  if (typeof given !== "object") return undefined;
  const refusal = given as Record<string, unknown>;
  const reason = REASONS.find((known) => known === refusal["reason"]);
  const code = readWords(refusal["code"]);
  const message = readWords(refusal["message"]);
  const reference = readReference(refusal["reference"]);
  const permitReference = readReference(refusal["permitReference"]);
  if (reason === undefined && code === undefined) return undefined;
  return {
    reason: reason ?? "rejected",
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    ...(reference === undefined ? {} : { reference }),
    ...(permitReference === undefined ? {} : { permitReference }),
  };
}

/** Whether a part of a result is present. A wire that returns every key leaves the others empty. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false && value !== "";
}

/** A code or message: text, or a number as text. */
function readWords(value: unknown): string | undefined {
  const text = typeof value === "number" || typeof value === "bigint" ? String(value) : value;
  return typeof text === "string" && text.trim() !== "" ? text : undefined;
}

/** A reference: text, or a number without lost digits. */
function readReference(value: unknown): string | undefined {
  const text = Number.isSafeInteger(value) || typeof value === "bigint" ? String(value) : value;
  if (typeof text !== "string" || text.trim() === "" || text.length > MAX_REFERENCE_LENGTH) return undefined;
  // Not every ledger can store other texts.
  return text.isWellFormed() && !text.includes("\0") ? text : undefined;
}

/** Describes a value that is not a valid reference. */
function describeReference(value: unknown): string {
  if (value === undefined || value === null || value === "") return "names no reference";
  if (typeof value === "number")
    return "names a reference that has lost digits; wire.decode must give it as text";
  if (typeof value !== "string") return "names a reference that is no text";
  return `names a reference that is blank, longer than ${MAX_REFERENCE_LENGTH} characters, or no well-formed text`;
}

function promiseError({ status, traceId }: HttpReply): EnforcementError {
  const message = "wire.decode: must return its result at once, not a promise.";
  return new EnforcementError("invalid_config", message, {
    field: "wire.decode",
    outcome: "unknown",
    status,
    traceId,
  });
}

function noVerdictError(reply: HttpReply, problem: string, clock: Clock): EnforcementError {
  if (isSuccess(reply)) return unreadableReply(problem, reply, true);
  const { status, traceId, headers } = reply;
  if (status === 401) {
    // A 401 refuses the token in any format. The remedy is to renew it, and a wrong token is not repeated.
    const message = `Our token is refused (401), though not in HotSpot's words: the reply ${problem}.`;
    return new EnforcementError("unauthorized", message, { status, traceId });
  }
  const advice = "if that stays so, look at baseUrl and at gateways on the way";
  const message = `A reply (${status}) is not in HotSpot's words: it ${problem}; ${advice}.`;
  return new EnforcementError("unavailable", message, {
    status,
    traceId,
    outcome: "unknown",
    retryAfterMs: parseRetryAfter(headers.get("retry-after"), clock()),
  });
}

/** The error for a refusal, with HotSpot's code and message. Plates and tokens in them are masked. */
export function toRefusalError(
  refusal: HotSpotWireRefusal,
  reply: HttpReply,
  operation: HotSpotOperation,
): EnforcementError {
  const words = maskRefusal(
    { vendorCode: refusal.code, vendorMessage: refusal.message },
    [operation.plateNumber],
    secretsOf(operation),
  );
  const { status, traceId } = reply;
  const isUnauthorized = refusal.reason === "unauthorized";
  const refused = isUnauthorized ? "our token" : "the request";
  const said = words.vendorMessage === undefined ? "" : `: ${words.vendorMessage}`;
  const message = `HotSpot refuses ${refused} (${words.vendorCode ?? status})${said}`;
  return new EnforcementError(isUnauthorized ? "unauthorized" : "rejected", message, {
    ...words,
    status,
    traceId,
    reason: toReason(refusal, operation),
  });
}

/** The reason, when it fits the operation. "Not found" for a create, for example, is not about the right. */
function toReason({ reason }: HotSpotWireRefusal, { kind }: HotSpotOperation): RefusalReason | undefined {
  if (reason === "already_exists" && kind === "create") return reason;
  if (reason === "not_found" && kind !== "create") return reason;
  return undefined;
}

/** The secrets of an operation, to be masked. */
export function secretsOf({
  token,
  companyToken,
}: Pick<HotSpotOperation, "token" | "companyToken">): string[] {
  return companyToken === undefined ? [token] : [token, companyToken];
}

/** A wire's own message with plates and tokens masked. */
function mask(problem: string, operation: HotSpotOperation): string {
  const words = { vendorMessage: problem };
  return maskRefusal(words, [operation.plateNumber], secretsOf(operation)).vendorMessage ?? problem;
}
