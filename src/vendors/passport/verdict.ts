import * as z from "zod/mini";
import type { RefusalReason } from "../../core/errors.ts";
import { findDenial, findInnerDenial } from "../../http/denial.ts";
import {
  describeBody,
  findJson,
  type HttpReply,
  isSuccess,
  parseJsonReply,
  type VendorRefusal,
} from "../../http/reply.ts";

// Judges every reply of Passport: accepted, refused by Passport, or no verdict. docs/vendors/passport.md has the table.

// Documented (concepts/errors): RFC 7807 with a `type` that begins with this. Any other error is not Passport's own.
const OWN_TYPE = "io.passportlabs:error:";

const text = z.catch(z.optional(z.string()), undefined);

const ownProblem = z.object({
  type: z.string().check(z.startsWith(OWN_TYPE)),
  title: text,
  detail: text,
  status: z.catch(z.optional(z.number().check(z.gte(400), z.lte(599))), undefined),
  additional_details: z.optional(z.unknown()),
});

/** Passport's own refusal in a reply of any status, 2xx included; `undefined` when the reply holds none. */
export function readPassportRefusal(reply: HttpReply): VendorRefusal | undefined {
  // Skipped for a list of zones, which is long and is parsed by its own schema later.
  if (isSuccess(reply) && !reply.body.includes(OWN_TYPE)) return undefined;
  const { status } = reply;
  const own = findOwnRefusal(findJson(reply)?.value, isSuccess(reply) ? undefined : status);
  if (own !== undefined) return meansToken(own, status) ? { ...own, code: "unauthorized" } : own;
  return isSuccess(reply) ? undefined : findTokenRefusal(reply);
}

const wrappedProblem = z.object({
  error: z.optional(z.unknown()),
  errors: z.optional(z.unknown()),
});

/** The value itself, or the single error that it wraps (a form that other APIs use). */
function findOwnProblem(value: unknown) {
  const own = ownProblem.safeParse(value);
  if (own.success) return own.data;
  const wrapped = wrappedProblem.safeParse(value);
  if (!wrapped.success) return undefined;
  const { error, errors } = wrapped.data;
  const only = Array.isArray(errors) && errors.length === 1 ? errors[0] : undefined;
  return ownProblem.safeParse(error ?? only).data;
}

/** Passport's own refusal in a JSON value. `status` is the reply's; default: the one in the value. */
export function findOwnRefusal(value: unknown, status?: number): VendorRefusal | undefined {
  const own = findOwnProblem(value);
  if (own === undefined) return undefined;
  const { type, title, detail, additional_details } = own;
  const vendorCode = type.slice(OWN_TYPE.length);
  const words = [detail ?? title, toWords(additional_details)].filter(Boolean).join(" ");
  const meant = status ?? own.status;
  return {
    vendorCode,
    vendorMessage: words === "" ? undefined : words,
    reason: findReason(vendorCode, meant),
    // Under a 2xx the status in the body counts.
    ...(status === undefined && meant !== undefined ? { status: meant } : {}),
  };
}

function toWords(details: unknown): string | undefined {
  if (typeof details === "string") return details;
  const isEmpty = typeof details !== "object" || details === null || Object.keys(details).length === 0;
  return isEmpty ? undefined : JSON.stringify(details);
}

// The list of codes is unpublished, so a code is read by its words. A missing zone, operator or address is not a missing
// session. A 404 alone does not mean that the session is missing: the code must say so.
const SAYS_MISSING = /not_?found|no_such|not_exist|unknown_(parking_)?session|session_unknown|gone$/i;
const NAMES_SOMETHING_ELSE =
  /zone|operator|account|client|space|scope|path|route|endpoint|url|vehicle|location|field|token/i;
const SAYS_EXISTING = /exists|duplicate|overlap|conflict/i;

function findReason(code: string, status: number | undefined): RefusalReason | undefined {
  const isAddressed = status === 404 || status === 410;
  if (SAYS_MISSING.test(code) && !NAMES_SOMETHING_ELSE.test(code)) {
    // A code that does not name the session needs a 404 to mean it.
    if (namesSession(code) || isAddressed) return "not_found";
  }
  return SAYS_EXISTING.test(code) ? "already_exists" : undefined;
}

/** Whether a code names the session itself. "Not found" then means that the session does not exist. */
export function namesSession(code: string | undefined): boolean {
  return /session/i.test(code ?? "");
}

const TOKEN_WORDS =
  /(?:token|jwt|bearer)[^.<>\n]{0,40}?(?:expired|invalid|revoked|unknown)|(?:expired|invalid|revoked)[^.<>\n]{0,20}?(?:token|jwt)/i;

/**
 * Whether a refusal is about the access token, so that a new one may help: any 401, a code that says so, or a 403 whose message
 * says so. Any other 403 is about the account's permissions.
 */
export function meansToken(
  { vendorCode, vendorMessage }: Pick<VendorRefusal, "vendorCode" | "vendorMessage">,
  status: number | undefined,
): boolean {
  if (status === 401 || (vendorCode !== undefined && TOKEN_WORDS.test(vendorCode))) return true;
  return status === 403 && vendorMessage !== undefined && TOKEN_WORDS.test(vendorMessage.slice(0, 2_000));
}

const bearerError = z.object({ error: z.literal("invalid_token") });

/** A refused token in the format of RFC 6750: a gateway in front of Passport's API may check tokens too. */
function findTokenRefusal(reply: HttpReply): VendorRefusal | undefined {
  const { status, headers, body } = reply;
  if (status !== 400 && status !== 401 && status !== 403) return undefined;
  const isInvalidToken =
    bearerError.safeParse(findJson(reply)?.value).success ||
    /error="?invalid_token/i.test(headers.get("www-authenticate") ?? "");
  if (isInvalidToken) return { vendorCode: "invalid_token", code: "unauthorized" };
  if (status === 401) return { code: "unauthorized" };
  if (status !== 403 || body.trimStart().startsWith("<")) return undefined;
  const said = TOKEN_WORDS.exec(body.slice(0, 2_000))?.[0];
  return said === undefined ? undefined : { vendorMessage: said, code: "unauthorized" };
}

// The error response of OAuth 2.0 (RFC 6749 §5.2). Frameworks use a field of the same name for texts such as "Bad Request".
const oauthError = z.object({
  error: z.string().check(z.regex(/^[a-z][a-z0-9]*([_.-][a-z0-9]+)*$/)),
  error_description: text,
  access_token: z.optional(z.undefined()),
});
const TRANSIENT_OAUTH_ERRORS = new Set(["temporarily_unavailable", "server_error", "slow_down"]);

/**
 * Reads a refusal of the token endpoint, in Passport's format or OAuth's. Under any status and code it is about the
 * credentials, never about a permit.
 */
export function readTokenRefusal(reply: HttpReply): VendorRefusal | undefined {
  const { status } = reply;
  const json = findJson(reply)?.value;
  const own = findOwnRefusal(json, isSuccess(reply) ? undefined : status);
  if (own !== undefined) return { ...own, reason: undefined, code: "unauthorized" };
  if (!isSuccess(reply) && status !== 400 && status !== 401 && status !== 403) return undefined;
  const parsed = oauthError.safeParse(json);
  if (!parsed.success || TRANSIENT_OAUTH_ERRORS.has(parsed.data.error)) return undefined;
  const { error, error_description } = parsed.data;
  return { vendorCode: error, vendorMessage: error_description, code: "unauthorized" };
}

/**
 * Parses the JSON of a 2xx reply with a schema.
 *
 * @throws EnforcementError `invalid_response` when it reports a failure in a foreign format, is not JSON, or does not match the
 * schema
 */
export function readAnswer<Schema extends z.ZodMiniType>(reply: HttpReply, schema: Schema): z.output<Schema> {
  return parseJsonReply(reply, schema, {
    changes: false,
    findProblem: (value) => describeDenial(findReplyDenial(value, reply)),
  });
}

/** Why a 2xx reply to a change is not an acceptance; `undefined` when it is one. Its body is unpublished. */
export function findAcceptanceProblem(reply: HttpReply): string | undefined {
  if (reply.body.trim() === "") return undefined;
  const json = findJson(reply);
  if (json === undefined) return describeBody(reply);
  if (typeof json.value !== "object" || json.value === null) return "is neither a JSON object nor a list";
  return describeDenial(findReplyDenial(json.value, reply) ?? findInnerDenial(json.value));
}

function describeDenial(field: string | undefined): string | undefined {
  if (field === undefined) return undefined;
  return `says no ("${field}"), without an error code of Passport's (${OWN_TYPE}…)`;
}

/** Where a 2xx reply reports a failure in a foreign format: its content type, or a field of its JSON. */
function findReplyDenial(value: unknown, { headers }: HttpReply): string | undefined {
  return headers.get("content-type")?.includes("problem+json") ? "content-type" : findDenial(value);
}
