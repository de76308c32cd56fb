import { type EnforcementError, isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import { fieldError } from "../../core/fields.ts";
import { timeOf } from "../../core/instant.ts";
import { ignorePromisesIn, isPromise } from "../../core/maybe-promise.ts";
import type { Delivered, PushChange } from "../../core/registration/push-operations.ts";
import type { Attempt } from "../../http/client.ts";
import { findRequestProblem } from "../../http/exchange.ts";
import type { HttpReply, HttpRequest } from "../../http/reply.ts";
import { readSecret } from "../../http/secret.ts";
import type { HotSpotConfig } from "./config.ts";
import { judgeReply, secretsOf, toRefusalError, type Verdict } from "./verdict.ts";
import type { HotSpotOperation, HotSpotWireRefusal } from "./wire.ts";

/** Sends one change within one attempt. */
export type Push = (attempt: Attempt, change: PushChange) => Promise<Delivered>;

type Tokens = Pick<HotSpotOperation, "token" | "companyToken">;

type Change = Omit<HotSpotOperation, keyof Tokens>;

/** An operation that was sent, its reply, and how the reply is judged. */
interface Exchange {
  readonly operation: HotSpotOperation;
  readonly reply: HttpReply;
  readonly verdict: Verdict;
}

export function createPush(config: HotSpotConfig): Push {
  let known: Tokens | undefined;
  let pending: Promise<Tokens> | undefined;

  function getTokens(attempt: Attempt): Tokens | Promise<Tokens> {
    if (known !== undefined) return known;
    pending ??= askForTokens(config)
      .then((tokens) => {
        known = tokens;
        return tokens;
      })
      .finally(() => {
        pending = undefined;
      });
    return attempt.waitFor(pending);
  }

  /** Sends an operation. After a refused token, reads the token again and repeats the operation once. */
  async function send(attempt: Attempt, change: Change): Promise<Exchange> {
    const given = getTokens(attempt);
    // Usually the tokens are known, and nothing is awaited.
    const used = isPromise(given) ? await given : given;
    const first = await sendOnce(attempt, { ...change, ...used }, config);
    if (!isRefusedToken(first)) return first;
    if (known === used) known = undefined;
    const renewed = await getTokens(attempt);
    // An unchanged token is not sent again: HotSpot may lock out a client that repeats a wrong one.
    if (renewed.token === used.token && renewed.companyToken === used.companyToken) return first;
    return sendOnce(attempt, { ...change, ...renewed }, config);
  }

  return async (attempt, change) => {
    const operation = toOperation(change);
    const first = await send(attempt, operation);
    const delivered = (reference: string): Delivered => ({ reference, target: change.target });
    if (first.verdict.kind === "accepted") {
      // Only a registration sets the receipt's reference: the reference of an amendment may name the amendment itself.
      return delivered(change.kind === "register" ? first.verdict.reference : change.reference);
    }
    const { refusal, error } = toRefused(first);
    // A right that HotSpot does not know is not live, so it counts as cancelled.
    if (change.kind === "cancel" && refusal.reason === "not_found") return delivered(change.reference);
    if (change.kind !== "register" || !isOurs(refusal, change)) throw error;

    // A repeat of this provider's own registration. The first one may have had another end, so the end is sent again. That
    // HotSpot finds the right by this provider's reference also proves that the right is its own.
    const vendorReference = refusal.reference === undefined ? {} : { vendorReference: refusal.reference };
    const amended = { ...operation, kind: "amend" as const, ...vendorReference };
    const second = await send(attempt, amended).catch((thrown: unknown) => {
      // HotSpot already has the right, so it may be live.
      throw isEnforcementError(thrown) ? withErrorDetails(thrown, { outcome: "unknown" }) : thrown;
    });
    // The right's own reference, not the amendment's. When HotSpot did not return it, only the provider's is known.
    if (second.verdict.kind === "accepted") return delivered(refusal.reference ?? change.reference);
    const amendment = toRefused(second);
    // "Not found": the right that exists is another one. Any other refusal is about the amendment.
    throw amendment.refusal.reason === "not_found" ? error : amendment.error;
  };
}

async function sendOnce(
  attempt: Attempt,
  operation: HotSpotOperation,
  config: HotSpotConfig,
): Promise<Exchange> {
  let verdict: Verdict | undefined;
  const judge = (reply: HttpReply): Verdict => {
    verdict ??= judgeReply(reply, operation, config);
    return verdict;
  };
  const reply = await attempt.send({
    ...encodeRequest(operation, config),
    isChecked: true,
    changes: true,
    secrets: secretsOf(operation),
    // Only a refusal by HotSpot itself means that nothing was changed.
    isApplied: (candidate) => judge(candidate).kind !== "refused",
    // The wire reads refusals. 408 and 429 mean the same for every vendor, and the client handles them.
    takesStatus: (status) => status >= 400 && status < 500 && status !== 408 && status !== 429,
  });
  return { operation, reply, verdict: judge(reply) };
}

/** The refusal in a reply. Throws when the reply is no verdict of HotSpot. */
function toRefused({ operation, reply, verdict }: Exchange): {
  refusal: HotSpotWireRefusal;
  error: EnforcementError;
} {
  if (verdict.kind === "none") throw verdict.error;
  if (verdict.kind === "accepted") throw new TypeError("An accepted operation is no refusal.");
  return { refusal: verdict.refusal, error: toRefusalError(verdict.refusal, reply, operation) };
}

function toOperation(change: PushChange): Change {
  const { kind, identity, reference, target, registration, end, at } = change;
  const { plate, validFrom } = registration;
  // Without a reference of HotSpot's the receipt holds the provider's own, which is not sent as HotSpot's.
  const isTold = kind !== "register" && reference !== identity;
  return {
    kind: kind === "register" ? "create" : kind,
    permitReference: identity,
    ...(isTold ? { vendorReference: reference } : {}),
    spotId: target,
    plateNumber: plate.number,
    region: plate.region ?? "",
    start: new Date(timeOf(validFrom)),
    end: new Date(timeOf(end)),
    at: new Date(timeOf(at)),
  };
}

function isRefusedToken({ reply, verdict }: Exchange): boolean {
  if (verdict.kind === "refused") return verdict.refusal.reason === "unauthorized";
  // A gateway in front of HotSpot may check the token too.
  return verdict.kind === "none" && reply.status === 401;
}

/** Whether HotSpot keeps several rights for one plate and spot is unpublished: "exists" may mean another one. */
function isOurs(refusal: HotSpotWireRefusal, change: PushChange): boolean {
  const { reason, permitReference } = refusal;
  return (
    reason === "already_exists" && (permitReference === undefined || permitReference === change.identity)
  );
}

async function askForTokens({ token, companyToken, http }: HotSpotConfig): Promise<Tokens> {
  const limit = { timeoutMs: http.attemptTimeoutMs, timers: http.timers };
  const asked = await readSecret(token, "token", limit);
  if (companyToken === undefined) return { token: asked };
  return { token: asked, companyToken: await readSecret(companyToken, "companyToken", limit) };
}

/**
 * Encodes an operation with the wire, and checks that fetch can send the request.
 *
 * @throws EnforcementError `invalid_config` that says what is wrong with the request, without its values
 */
function encodeRequest(
  operation: HotSpotOperation,
  { wire, baseUrl }: Pick<HotSpotConfig, "wire" | "baseUrl">,
): EncodedRequest {
  let problem: string;
  try {
    const read = readRequest(wire.encode(operation), baseUrl);
    if (typeof read === "string") problem = read;
    else {
      const unsendable = findRequestProblem(read);
      if (unsendable === undefined) return read;
      problem = `must give a request that can be sent: ${unsendable} Nothing was sent.`;
    }
  } catch {
    // The host's own error is dropped: it may hold the plate or the token.
    problem = "failed; nothing was sent.";
  }
  throw fieldError("wire.encode", problem, "invalid_config");
}

type EncodedRequest = Pick<HttpRequest, "method" | "url" | "headers" | "body">;

/** The request in what `encode` returned, or what is wrong with it. Texts are checked by `findRequestProblem`. */
function readRequest(encoded: unknown, baseUrl: string): EncodedRequest | string {
  ignorePromisesIn(encoded);
  if (isPromise(encoded)) return "must return the request at once, not a promise.";
  if (typeof encoded !== "object" || encoded === null) {
    return "must return a request: method, path, headers and body.";
  }
  const { method, path, headers, body } = encoded as Record<string, unknown>;
  if (typeof method !== "string") return "must give a method as text, such as POST.";
  // A path without a leading slash would extend the host name, and another host would get the token.
  if (typeof path !== "string" || !path.startsWith("/")) return "must give a path that starts with a slash.";
  if (!isUsablePath(path)) {
    return "must give a percent-encoded path: without spaces, control characters, \\, # and segments of dots.";
  }
  const named = headers ?? {};
  // The entries of a Headers, a Map or a list of pairs would be lost.
  if (typeof named !== "object" || Symbol.iterator in named) {
    return "must give headers as an object with a text for each name.";
  }
  // fetch normalises some methods to upper case but not others, such as patch. Servers expect upper case.
  const request = { method: method.toUpperCase(), url: `${baseUrl}${path}`, headers: { ...named } };
  return body === undefined || body === null || body === "" ? request : { ...request, body: body as string };
}

/** Whether URL parsing keeps the path, apart from percent-encoding. A part that it drops would change the address. */
function isUsablePath(path: string): boolean {
  if (!path.isWellFormed() || /[\s\p{Cc}\\#]/u.test(path)) return false;
  const [pathname = ""] = path.split("?");
  return !pathname.split("/").some((segment) => /^(\.|%2e){1,2}$/i.test(segment));
}
