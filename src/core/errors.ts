/**
 * What went wrong, as a closed list.
 *
 * | code | meaning | retry? |
 * |---|---|---|
 * | `invalid_config` | an option given to a factory is wrong | no, change the option |
 * | `invalid_input` | a value given to an operation is wrong; nothing was sent | no, change the value |
 * | `unauthorized` | the vendor refuses our credentials | no, renew the credentials |
 * | `rejected` | the vendor understood and refused | no, see `vendorCode` and `vendorMessage` |
 * | `rate_limited` | the vendor wants fewer requests | yes, after `retryAfterMs` |
 * | `unavailable` | the vendor could not be reached, could not serve, or something else answered in its place | yes |
 * | `timeout` | an attempt got no reply in time | yes |
 * | `aborted` | the caller's signal ended the operation | the caller decides |
 * | `invalid_response` | the vendor's reply could not be understood | no, it needs a person |
 * | `unsupported` | this provider, or this account, cannot do that | no |
 *
 * It does not cover what is not a failure: a vendor that has no record answers `undefined` or an empty list, and
 * a refusal inside a `…Many` call is that input's `Outcome`, never an exception.
 */
export type EnforcementErrorCode =
  | "invalid_config"
  | "invalid_input"
  | "unauthorized"
  | "rejected"
  | "rate_limited"
  | "unavailable"
  | "timeout"
  | "aborted"
  | "invalid_response"
  | "unsupported";

/** What a refusal says of the right it is about. */
export type RefusalReason = "not_found" | "already_exists";

/** Everything an {@link EnforcementError} carries besides its code and message. All of it is free of secrets and plates. */
export interface EnforcementErrorDetails {
  /** The provider instance that failed; absent for failures outside any provider. */
  providerId?: string | undefined;
  /** The operation as a person would name it: `register`, `listZones`, `lookup`, … */
  operation?: string | undefined;
  /** The option or field to correct, as a path such as `permit.plates[0]`. */
  field?: string | undefined;
  /** Whether the vendor's state may have changed. Default `not_applied`. */
  outcome?: "not_applied" | "unknown" | undefined;
  /** Whether the same call may succeed later. Default: true for `rate_limited`, `unavailable` and `timeout`. */
  retryable?: boolean | undefined;
  /** How many times the vendor was asked. 0 when nothing was sent. */
  attempts?: number | undefined;
  /** The HTTP status of the last reply. */
  status?: number | undefined;
  /** The vendor's own error code. */
  vendorCode?: string | undefined;
  /** The vendor's own words, plates and secrets masked, at most 500 characters. */
  vendorMessage?: string | undefined;
  /**
   * With `rejected`, where the vendor's own words say so: `not_found`, the vendor has no right under this reference;
   * `already_exists`, the vendor keeps another right that stands in the way. Absent: refused for another reason.
   */
  reason?: RefusalReason | undefined;
  /** The trace id that was sent with the last attempt, for the vendor's support. */
  traceId?: string | undefined;
  /** How long the vendor asked us to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
}

const RETRYABLE: ReadonlySet<EnforcementErrorCode> = new Set(["rate_limited", "unavailable", "timeout"]);

// A registered symbol, so that an error made by a second copy of the package is recognised too.
const BRAND = Symbol.for("@offstreet/enforcement/EnforcementError");

/**
 * The one error that this package throws. It never has a `cause`: errors of HTTP clients print headers and URLs,
 * and those hold tokens and plates.
 */
export class EnforcementError extends Error {
  override readonly name = "EnforcementError";
  readonly code: EnforcementErrorCode;
  readonly providerId: string | undefined;
  readonly operation: string | undefined;
  readonly field: string | undefined;
  readonly outcome: "not_applied" | "unknown";
  readonly retryable: boolean;
  readonly attempts: number;
  readonly status: number | undefined;
  readonly vendorCode: string | undefined;
  readonly vendorMessage: string | undefined;
  readonly reason: RefusalReason | undefined;
  readonly traceId: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: EnforcementErrorCode, message: string, details: EnforcementErrorDetails = {}) {
    super(message);
    this.code = code;
    this.providerId = details.providerId;
    this.operation = details.operation;
    this.field = details.field;
    this.outcome = details.outcome ?? "not_applied";
    this.retryable = details.retryable ?? RETRYABLE.has(code);
    this.attempts = details.attempts ?? 0;
    this.status = details.status;
    this.vendorCode = details.vendorCode;
    this.vendorMessage = details.vendorMessage;
    this.reason = details.reason;
    this.traceId = details.traceId;
    this.retryAfterMs = details.retryAfterMs;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** A plain object for logs; keys without a value are left out. */
  toJSON(): Record<string, unknown> {
    const { name, code, message } = this;
    return { name, code, message, ...definedDetails(this) };
  }
}

/** Tells whether a caught value is an {@link EnforcementError}, also one from another copy of this package. */
export function isEnforcementError(value: unknown): value is EnforcementError {
  if (typeof value !== "object" || value === null) return false;
  try {
    return (value as Record<symbol, unknown>)[BRAND] === true;
  } catch {
    // A proxy of the host's threw.
    return false;
  }
}

/** What kind of thing was thrown, in one word: the name of an error, also of another realm's; else its type. */
function nameOfThrown(thrown: unknown): string {
  try {
    const isError = thrown instanceof Error || Object.prototype.toString.call(thrown) === "[object Error]";
    const name: unknown = isError ? (thrown as Error).name : typeof thrown;
    return typeof name === "string" ? name.slice(0, MAX_NAME_LENGTH).toWellFormed() : "Error";
  } catch {
    // A getter or a proxy of the host's threw.
    return "Error";
  }
}

/** What may be shown of a thrown value: the message of an {@link EnforcementError}, the name of anything else. */
export function messageOfThrown(thrown: unknown): string {
  return isEnforcementError(thrown) ? thrown.message : nameOfThrown(thrown);
}

const MAX_NAME_LENGTH = 100;

/** The same failure, seen from further out: given details replace those of `error`, its code and words stay. */
export function withErrorDetails(
  error: EnforcementError,
  details: EnforcementErrorDetails,
): EnforcementError {
  return new EnforcementError(error.code, error.message, { ...definedDetails(error), ...details });
}

const DETAIL_KEYS = [
  "providerId",
  "operation",
  "field",
  "outcome",
  "retryable",
  "attempts",
  "status",
  "vendorCode",
  "vendorMessage",
  "reason",
  "traceId",
  "retryAfterMs",
] as const satisfies readonly (keyof EnforcementErrorDetails)[];

function definedDetails(error: EnforcementError): EnforcementErrorDetails {
  const details = DETAIL_KEYS.map((key) => [key, error[key]] as const);
  return Object.fromEntries(details.filter(([, value]) => value !== undefined));
}
