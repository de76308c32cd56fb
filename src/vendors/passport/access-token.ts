import type * as z from "zod/mini";
import { isEnforcementError } from "../../core/errors.ts";
import type { Attempt, HttpClient } from "../../http/client.ts";
import type { HttpReply, HttpRequest } from "../../http/reply.ts";
import { readSecret } from "../../http/secret.ts";
import type { PassportConfig } from "./config.ts";
import { meansToken, readAnswer, readTokenRefusal } from "./verdict.ts";
import { TOKEN_AUDIENCE, TOKEN_PATH, TRACE_HEADER, tokenReply } from "./wire.ts";

// A minute is enough for a request that carries the token to arrive before it ends.
const REFRESH_EARLY_MS = 60_000;
// For a reply that does not say when its token ends.
const UNSTATED_LIFETIME_MS = 5 * 60_000;

/** Sends requests with an access token. */
export interface AuthorizedClient {
  /** Like `attempt.send`, with token and trace id. A refused token is renewed and the request repeated, once. */
  send(attempt: Attempt, request: HttpRequest): Promise<HttpReply>;
}

interface Token {
  readonly value: string;
  readonly refreshAt: number;
}

/**
 * Client-credentials tokens: one request serves all concurrent callers, a token is renewed a minute early, and the
 * secret is asked for again at each renewal. The request has no retry of its own: each caller's loop repeats it.
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
        // Another caller may have renewed it meanwhile; then theirs is tried, not thrown away.
        if (current === token) current = undefined;
        return sendWith(await getToken(attempt), attempt, request);
      }
    },
  };
}

async function requestToken(http: HttpClient, config: PassportConfig): Promise<Token> {
  const secret = await readSecret(config.clientSecret, "clientSecret", config.http.attemptTimeoutMs);
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
  // Half of a short life is left for use: a token that counts as old when it comes would cost a request for each call.
  const earlyMs = Math.min(REFRESH_EARLY_MS, lifetimeMs / 2);
  return { value, refreshAt: now + lifetimeMs - earlyMs };
}

/** How long a token lives, in milliseconds. An end that has passed already tells of a wrong clock, and counts as unstated. */
function findLifetime(
  { expires_at, expires_in }: Omit<z.output<typeof tokenReply>, "access_token">,
  now: number,
): number {
  const at = typeof expires_at === "number" ? expires_at * 1000 : Date.parse(String(expires_at));
  const lifetimes = [at - now, Number(expires_in ?? Number.NaN) * 1000];
  return lifetimes.find((lifetime) => Number.isFinite(lifetime) && lifetime > 0) ?? UNSTATED_LIFETIME_MS;
}
