import type * as z from "zod/mini";
import { isEnforcementError } from "../../core/errors.ts";
import type { Attempt, HttpClient } from "../../http/client.ts";
import type { HttpReply, HttpRequest } from "../../http/reply.ts";
import { readSecret } from "../../http/secret.ts";
import type { PassportConfig } from "./config.ts";
import { meansToken, readAnswer, readTokenRefusal } from "./verdict.ts";
import { TOKEN_AUDIENCE, TOKEN_PATH, TRACE_HEADER, tokenReply } from "./wire.ts";

// A token is renewed this long before it expires, so that a request with it still arrives in time.
const REFRESH_EARLY_MS = 60_000;
// The lifetime of a token whose reply states none.
const UNSTATED_LIFETIME_MS = 5 * 60_000;

/** Sends requests with an access token. */
export interface AuthorizedClient {
  /** Sends like `attempt.send`, with token and trace id. After a refused token, renews it and repeats the request once. */
  send(attempt: Attempt, request: HttpRequest): Promise<HttpReply>;
}

interface Token {
  readonly value: string;
  readonly refreshAt: number;
}

/**
 * Creates a client that authenticates by OAuth client credentials. Concurrent callers share one token request. A token is
 * renewed a minute before it expires, and each renewal reads the secret again. The token request has no retry of its own: each
 * caller's operation retries it.
 */
export function createAuthorizedClient(http: HttpClient, config: PassportConfig): AuthorizedClient {
  const { clock } = config.http;
  let current: Token | undefined;
  let pending: Promise<Token> | undefined;

  function getToken(attempt: Attempt): Token | Promise<Token> {
    if (current !== undefined && clock().getTime() < current.refreshAt) return current;
    pending ??= requestToken(http, config)
      .then((token) => {
        current = token;
        return token;
      })
      .finally(() => {
        pending = undefined;
      });
    return attempt.share(pending);
  }

  async function sendWith(token: Token, attempt: Attempt, request: HttpRequest): Promise<HttpReply> {
    const traceId = crypto.randomUUID();
    return attempt.send({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${token.value}`, [TRACE_HEADER]: traceId },
      traceId,
      secrets: [token.value],
    });
  }

  return {
    async send(attempt, request) {
      const token = await getToken(attempt);
      try {
        return await sendWith(token, attempt, request);
      } catch (thrown) {
        const isRefused = isEnforcementError(thrown) && thrown.code === "unauthorized";
        if (!isRefused || !meansToken(thrown, thrown.status)) throw thrown;
        // Keeps a token that another caller has renewed in the meantime.
        if (current === token) current = undefined;
        return sendWith(await getToken(attempt), attempt, request);
      }
    },
  };
}

async function requestToken(http: HttpClient, config: PassportConfig): Promise<Token> {
  const { attemptTimeoutMs: timeoutMs, timers } = config.http;
  const secret = await readSecret(config.clientSecret, "clientSecret", { timeoutMs, timers });
  const traceId = crypto.randomUUID();
  const reply = await http.sendOnce("authenticate", {
    method: "POST",
    url: `${config.baseUrl}${TOKEN_PATH}`,
    headers: { "content-type": "application/x-www-form-urlencoded", [TRACE_HEADER]: traceId },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: config.clientId,
      client_secret: secret,
      audience: TOKEN_AUDIENCE,
    }).toString(),
    changes: false,
    traceId,
    secrets: [secret],
    readRefusal: readTokenRefusal,
  });
  const { access_token: value, ...expiry } = readAnswer(reply, tokenReply);
  const now = config.http.clock().getTime();
  const lifetimeMs = findLifetime(expiry, now);
  // A short-lived token is used for half of its life: otherwise it would count as expired at once, and each call renew it.
  const earlyMs = Math.min(REFRESH_EARLY_MS, lifetimeMs / 2);
  return { value, refreshAt: now + lifetimeMs - earlyMs };
}

/** A token's lifetime in milliseconds. An expiry in the past means a wrong clock, and counts as unstated. */
function findLifetime(
  { expires_at, expires_in }: Omit<z.output<typeof tokenReply>, "access_token">,
  now: number,
): number {
  const at = typeof expires_at === "number" ? expires_at * 1000 : Date.parse(String(expires_at));
  const lifetimes = [at - now, Number(expires_in ?? Number.NaN) * 1000];
  return lifetimes.find((lifetime) => Number.isFinite(lifetime) && lifetime > 0) ?? UNSTATED_LIFETIME_MS;
}
