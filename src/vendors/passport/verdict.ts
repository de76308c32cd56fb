import * as z from "zod/mini";
import type { RefusalReason } from "../../core/errors.ts";
import { describeBody, findJson } from "../../http/body.ts";
import { findDenial, findInnerDenial } from "../../http/denial.ts";
import { unreadableReply } from "../../http/failure.ts";
import { type HttpReply, isSuccess, type VendorRefusal } from "../../http/reply.ts";

// The one place that decides what a reply of Passport's means: accepted, refused by Passport, or no verdict. The table
// is in docs/vendors/passport.md.

// Documented (concepts/errors): RFC 7807, whose `type` begins so. Nothing else is Passport's word.
const OWN_TYPE = "io.passportlabs:error:";

const text = z.catch(z.optional(z.string()), undefined);

const ownProblem = z.object({
  type: z.string().check(z.startsWith(OWN_TYPE)),
  title: text,
  detail: text,
  status: z.catch(z.optional(z.number().check(z.gte(400), z.lte(599))), undefined),
  additional_details: z.optional(z.unknown()),
});

/** What Passport says in its own words in a reply of any status, 2xx included; `undefined` where it says no such thing. */
export function readPassportRefusal(reply: HttpReply): VendorRefusal | undefined {
  // A list of zones is long, and is read by its own schema later.
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

/** The value itself, or the one error that it holds: seen elsewhere, and Passport's word all the same. */
function findOwnProblem(value: unknown) {
  const own = ownProblem.safeParse(value);
  if (own.success) return own.data;
  const wrapped = wrappedProblem.safeParse(value);
  if (!wrapped.success) return undefined;
  const { error, errors } = wrapped.data;
  const only = Array.isArray(errors) && errors.length === 1 ? errors[0] : undefined;
  return ownProblem.safeParse(error ?? only).data;
}

/** Passport's own refusal in a JSON value. `status` is the one that it came under; its own otherwise. */
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
    // Under a 2xx the words' own status is the one that counts.
    ...(status === undefined && meant !== undefined ? { status: meant } : {}),
  };
}

function toWords(details: unknown): string | undefined {
  if (typeof details === "string") return details;
  const isEmpty = typeof details !== "object" || details === null || Object.keys(details).length === 0;
  return isEmpty ? undefined : JSON.stringify(details);
}

// The list of codes is unpublished, so a code is read by its words. A missing zone, operator or address is no missing
// session; a code that says nothing of missing is not made to by a 404.
const SAYS_MISSING = /not_?found|no_such|not_exist|unknown_(parking_)?session|session_unknown|gone$/i;
const NAMES_SOMETHING_ELSE =
  /zone|operator|account|client|space|scope|path|route|endpoint|url|vehicle|location|field|token/i;
const SAYS_EXISTING = /exists|duplicate|overlap|conflict/i;

function findReason(code: string, status: number | undefined): RefusalReason | undefined {
  const isAddressed = status === 404 || status === 410;
  if (SAYS_MISSING.test(code) && !NAMES_SOMETHING_ELSE.test(code)) {
    // Without the session's name, the status has to say that it is the thing that was addressed.
    if (namesSession(code) || isAddressed) return "not_found";
  }
  return SAYS_EXISTING.test(code) ? "already_exists" : undefined;
}

/** Whether a code names the session itself, so that "not found" can mean nothing but it. */
export function namesSession(code: string | undefined): boolean {
  return /session/i.test(code ?? "");
}

const TOKEN_WORDS =
  /(?:token|jwt|bearer)[^.<>\n]{0,40}?(?:expired|invalid|revoked|unknown)|(?:expired|invalid|revoked)[^.<>\n]{0,20}?(?:token|jwt)/i;

/**
 * Whether a refusal means the access token, so that a new one may help: any 401, a code that says so, or under 403 words
 * that say so. Another 403 means what the account may do.
 */
export function meansToken(
  { vendorCode, vendorMessage }: Pick<VendorRefusal, "vendorCode" | "vendorMessage">,
  status: number | undefined,
): boolean {
  if (status === 401 || (vendorCode !== undefined && TOKEN_WORDS.test(vendorCode))) return true;
  return status === 403 && vendorMessage !== undefined && TOKEN_WORDS.test(vendorMessage.slice(0, 2_000));
}

const bearerError = z.object({ error: z.literal("invalid_token") });

/** A refused token in words that are not Passport's own: what stands before its API may check tokens, too (RFC 6750). */
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

// The error response of OAuth 2.0 (RFC 6749 §5.2). Frameworks write "Bad Request" into a field of the same name.
const oauthError = z.object({
  error: z.string().check(z.regex(/^[a-z][a-z0-9]*([_.-][a-z0-9]+)*$/)),
  error_description: text,
  access_token: z.optional(z.undefined()),
});
const TRANSIENT_OAUTH_ERRORS = new Set(["temporarily_unavailable", "server_error", "slow_down"]);

/**
 * What the token endpoint says when it refuses our credentials: Passport's own words, or OAuth's. Whatever status and
 * code it uses, it means us and never a permit.
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
 * The JSON of a 2xx reply in the shape that a schema asks for.
 *
 * @throws EnforcementError `invalid_response` when it says no in words that are not Passport's, is not JSON, or has
 * another shape
 */
export function readAnswer<Schema extends z.ZodMiniType>(reply: HttpReply, schema: Schema): z.output<Schema> {
  const json = findJson(reply);
  if (json === undefined) throw unreadableReply(describeBody(reply), reply, false);
  const denial = findReplyDenial(json.value, reply);
  if (denial !== undefined) throw unreadableReply(describeDenial(denial), reply, false);
  const result = schema.safeParse(json.value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join(".") ?? "";
  throw unreadableReply(`is not as expected at "${path}"`, reply, false);
}

/** What a 2xx reply to a change lacks to count as accepted; `undefined`: nothing. Its body is unpublished. */
export function findAcceptanceProblem(reply: HttpReply): string | undefined {
  if (reply.body.trim() === "") return undefined;
  const json = findJson(reply);
  if (json === undefined) return describeBody(reply);
  if (typeof json.value !== "object" || json.value === null) return "is neither a JSON object nor a list";
  const denial = findReplyDenial(json.value, reply) ?? findInnerDenial(json.value);
  return denial === undefined ? undefined : describeDenial(denial);
}

function describeDenial(field: string): string {
  return `says no ("${field}"), without an error code of Passport's (${OWN_TYPE}…)`;
}

/** By what a reply under 2xx says no in words that are not Passport's: its content type, or a field of its JSON. */
function findReplyDenial(value: unknown, { headers }: HttpReply): string | undefined {
  return headers.get("content-type")?.includes("problem+json") ? "content-type" : findDenial(value);
}
