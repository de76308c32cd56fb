import { type EnforcementError, isEnforcementError, withErrorDetails } from "../../core/errors.ts";
import type { Delivered, PushChange } from "../../core/registration/push-operations.ts";
import type { Attempt } from "../../http/client.ts";
import type { HttpReply } from "../../http/reply.ts";
import { readSecret } from "../../http/secret.ts";
import type { HotSpotConfig } from "./config.ts";
import { judgeReply, secretsOf, toRefusalError, type Verdict } from "./verdict.ts";
import type { HotSpotOperation, HotSpotWireRefusal } from "./wire.ts";
import { encodeRequest } from "./wire-request.ts";

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
  let tokens: Promise<Tokens> | undefined;

  function getTokens(): Promise<Tokens> {
    tokens ??= askForTokens(config).catch((thrown: unknown) => {
      tokens = undefined;
      throw thrown;
    });
    return tokens;
  }

  /** Sends an operation. After a refused token, reads the token again and repeats the operation once. */
  async function send(attempt: Attempt, change: Change): Promise<Exchange> {
    const used = getTokens();
    const first = await sendOnce(attempt, { ...change, ...(await attempt.waitFor(used)) }, config);
    if (!isRefusedToken(first)) return first;
    if (tokens === used) tokens = undefined;
    const renewed = await attempt.waitFor(getTokens());
    const { token, companyToken } = first.operation;
    // An unchanged token is not sent again: HotSpot may lock out a client that repeats a wrong one.
    if (renewed.token === token && renewed.companyToken === companyToken) return first;
    return sendOnce(attempt, { ...change, ...renewed }, config);
  }

  /** {@link send} for a right that HotSpot already has. After a failure the outcome is unknown, because the right may be live. */
  async function sendAgain(attempt: Attempt, change: Change): Promise<Exchange> {
    try {
      return await send(attempt, change);
    } catch (thrown) {
      throw isEnforcementError(thrown) ? withErrorDetails(thrown, { outcome: "unknown" }) : thrown;
    }
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
    const second = await sendAgain(attempt, { ...operation, kind: "amend", ...vendorReference });
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
  const judged = new WeakMap<HttpReply, Verdict>();
  const judge = (reply: HttpReply): Verdict => {
    const verdict = judged.get(reply) ?? judgeReply(reply, operation, config);
    judged.set(reply, verdict);
    return verdict;
  };
  const reply = await attempt.send({
    ...encodeRequest(operation, config),
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
    start: new Date(validFrom),
    end: new Date(end),
    at: new Date(at),
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
