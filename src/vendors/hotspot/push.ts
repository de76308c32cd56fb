import { EnforcementError } from "../../core/errors.ts";
import { fieldError, readText } from "../../core/fields.ts";
import type { Delivered, PushChange } from "../../core/push-operations.ts";
import type { Attempt } from "../../http/client.ts";
import { refusalError, unreadableReply } from "../../http/failure.ts";
import { describeBody } from "../../http/json.ts";
import { maskRefusal } from "../../http/mask-refusal.ts";
import { type HttpReply, isSuccess } from "../../http/reply.ts";
import { askForSecret } from "../../http/secret.ts";
import type { HotSpotConfig } from "./config.ts";
import type { HotSpotOperation, HotSpotWireRefusal, HotSpotWireRequest, HotSpotWireResult } from "./wire.ts";

/** Carries out one change within one attempt. */
export type Push = (attempt: Attempt, change: PushChange) => Promise<Delivered>;

type Tokens = Pick<HotSpotOperation, "token" | "companyToken">;

export function createPush(config: HotSpotConfig): Push {
  let tokens: Promise<Tokens> | undefined;

  function getTokens(): Promise<Tokens> {
    tokens ??= askForTokens(config).catch((thrown: unknown) => {
      tokens = undefined;
      throw thrown;
    });
    return tokens;
  }

  /** Sends an operation. A refused token is asked for again, and the operation repeated, once. */
  async function send(attempt: Attempt, operation: Omit<HotSpotOperation, keyof Tokens>): Promise<Exchange> {
    const used = getTokens();
    const first = await sendWith(attempt, { ...operation, ...(await attempt.waitFor(used)) }, config);
    if (!isRefusedToken(first.result)) return first;
    if (tokens === used) tokens = undefined;
    const renewed = await attempt.waitFor(getTokens());
    // The same token would be refused again, and who repeats a wrong one may be locked out.
    if (renewed.token === first.tokens.token && renewed.companyToken === first.tokens.companyToken)
      return first;
    return sendWith(attempt, { ...operation, ...renewed }, config);
  }

  return async (attempt, change) => {
    const operation = toOperation(change);
    const first = await send(attempt, operation);
    const delivered = (reference: string): Delivered => ({ reference, target: change.target });
    if ("reference" in first.result) {
      // A receipt keeps the reference that it has: what HotSpot calls an amendment is not the right.
      return delivered(change.kind === "register" ? first.result.reference : change.reference);
    }
    const { refusal } = first.result;
    // What HotSpot does not know cannot be live: cancelled is what it is.
    if (change.kind === "cancel" && refusal.reason === "not_found") return delivered(change.reference);
    if (change.kind !== "register" || !isOurs(refusal, change)) throw toError(first, operation);

    // A repeat of our own registration. The first one may have carried another end, so ours is stated again; that
    // HotSpot finds the right by our reference proves besides that it is ours.
    const vendorReference = refusal.reference === undefined ? {} : { vendorReference: refusal.reference };
    const second = await send(attempt, { ...operation, kind: "amend", ...vendorReference });
    if ("reference" in second.result) return delivered(refusal.reference ?? second.result.reference);
    throw toError(first, operation);
  };
}

interface Exchange {
  readonly reply: HttpReply;
  readonly result: HotSpotWireResult;
  readonly tokens: Tokens;
}

async function sendWith(
  attempt: Attempt,
  operation: HotSpotOperation,
  config: HotSpotConfig,
): Promise<Exchange> {
  const { method, path, headers, body } = encode(operation, config);
  const { token, companyToken } = operation;
  const reply = await attempt.send({
    ...{ method, url: `${config.baseUrl}${path}`, headers, body, changes: true },
    secrets: companyToken === undefined ? [token] : [token, companyToken],
    // A wire may refuse under any status.
    isApplied: (reply) => isSuccess(reply) && !("refusal" in decode(reply, config)),
    // Refusals are the wire's to read; a vendor that is busy or slow is everybody's alike.
    takesStatus: (status) => status >= 400 && status < 500 && status !== 408 && status !== 429,
  });
  const tokens = companyToken === undefined ? { token } : { token, companyToken };
  return { reply, result: decode(reply, config), tokens };
}

function encode(operation: HotSpotOperation, { wire }: HotSpotConfig): HotSpotWireRequest {
  let request: HotSpotWireRequest | undefined;
  try {
    request = wire.encode(operation);
  } catch {
    // Its error is the host's, and may print the plate or the token.
    throw fieldError("wire.encode", "failed; nothing was sent.", "invalid_config");
  }
  // A path without a slash would make another host of ours, which then gets the token.
  if (typeof request?.path === "string" && request.path.startsWith("/")) return request;
  throw fieldError("wire.encode", "must give a path that starts with a slash.", "invalid_config");
}

function decode(reply: HttpReply, config: HotSpotConfig): HotSpotWireResult {
  try {
    const { status, headers, body } = reply;
    const result = config.wire.decode({ status, headers, body });
    if ("refusal" in result) return result;
    return { reference: readText(result.reference, "wire.decode reference") };
  } catch {
    if (isSuccess(reply)) throw unreadableReply(describeBody(reply), reply, true);
    // In whoever's words, it means the token.
    if (reply.status === 401) return { refusal: { reason: "unauthorized" } };
    throw refusalError(reply, {}, { changes: true, now: config.http.clock() });
  }
}

function toOperation(change: PushChange): Omit<HotSpotOperation, keyof Tokens> {
  const { kind, identity, reference, target, registration, end, at } = change;
  const { plate, validFrom } = registration;
  return {
    kind: kind === "register" ? "create" : kind,
    permitReference: identity,
    ...(kind === "register" ? {} : { vendorReference: reference }),
    ...{ spotId: target, plateNumber: plate.number, region: plate.region ?? "", end, at },
    start: new Date(validFrom),
  };
}

function isRefusedToken(result: HotSpotWireResult): boolean {
  return "refusal" in result && result.refusal.reason === "unauthorized";
}

/** Whether HotSpot keeps several rights for one plate and spot is unpublished: "exists" may mean another one. */
function isOurs(refusal: HotSpotWireRefusal, change: PushChange): boolean {
  const { reason, permitReference } = refusal;
  return (
    reason === "already_exists" && (permitReference === undefined || permitReference === change.identity)
  );
}

function toError(
  { reply, result, tokens }: Exchange,
  operation: Omit<HotSpotOperation, keyof Tokens>,
): EnforcementError {
  const refusal = "refusal" in result ? result.refusal : undefined;
  const words = maskRefusal(
    { vendorCode: refusal?.code, vendorMessage: refusal?.message },
    [operation.plateNumber],
    Object.values(tokens),
  );
  const { status, traceId } = reply;
  const said = words.vendorMessage === undefined ? "" : `: ${words.vendorMessage}`;
  const [code, what] =
    refusal?.reason === "unauthorized"
      ? (["unauthorized", "our token"] as const)
      : (["rejected", "the request"] as const);
  const message = `HotSpot refuses ${what} (${words.vendorCode ?? status})${said}`;
  return new EnforcementError(code, message, { ...words, status, traceId });
}

async function askForTokens({ token, companyToken }: HotSpotConfig): Promise<Tokens> {
  const asked = await askForSecret(token, "token");
  if (companyToken === undefined) return { token: asked };
  return { token: asked, companyToken: await askForSecret(companyToken, "companyToken") };
}
