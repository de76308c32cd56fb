import type { Clock } from "../../../core/clock.ts";
import { type NoteDeviation, PassportRefusal } from "./refusal.ts";

const AUDIENCE = "public.api.passportinc.com";

/** How a token reply says when the token ends. Both are seen in working clients. */
export type PassportTokenExpiry = "expires_at" | "expires_in";

interface TokenEndpointOptions {
  readonly clock: Clock;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly expiry: PassportTokenExpiry;
  readonly lifetimeSeconds: number;
  readonly scope: () => string;
}

/** Creates the endpoint that issues access tokens for the client's credentials, and checks them in later requests. */
export function createTokenEndpoint(options: TokenEndpointOptions) {
  const endOf = new Map<string, number>();
  let clientSecret = options.clientSecret;

  function requireCredentials(given: Readonly<Record<string, unknown>>, note: NoteDeviation): void {
    const expected = {
      grant_type: "client_credentials",
      client_id: options.clientId,
      client_secret: clientSecret,
      audience: AUDIENCE,
    };
    const refusal = unauthorized("The client credentials are not accepted.");
    for (const [field, right] of Object.entries(expected)) {
      // All clients that are known send an audience; whether it is needed is not.
      if (field === "audience" && given[field] === undefined) note(refusal);
      else if (given[field] !== right) throw refusal;
    }
    if (Object.keys(given).some((field) => !Object.hasOwn(expected, field))) note(refusal);
  }

  return {
    get clientSecret() {
      return clientSecret;
    },
    /** Answers `POST /v3/shared/access-tokens`. */
    async issue(request: Request, note: NoteDeviation): Promise<Response> {
      requireCredentials(await readCredentials(request), note);
      const token = crypto.randomUUID();
      const end = options.clock().getTime() + options.lifetimeSeconds * 1000;
      endOf.set(token, end);
      const expiry =
        options.expiry === "expires_at"
          ? { expires_at: new Date(end).toISOString() }
          : { expires_in: options.lifetimeSeconds };
      return Response.json({ access_token: token, token_type: "Bearer", scope: options.scope(), ...expiry });
    },
    /** Throws a refusal with status 401 unless the request has a token that is still valid. */
    requireToken(request: Request): void {
      const token = /^Bearer (\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
      const end = token === undefined ? undefined : endOf.get(token);
      if (end === undefined || options.clock().getTime() >= end) {
        throw unauthorized("The access token is missing, unknown or expired.");
      }
    },
    /** Refuses the old secret and all tokens from now on. */
    setClientSecret(secret: string): void {
      clientSecret = secret;
      endOf.clear();
    },
    expireTokens: () => endOf.clear(),
  };
}

async function readCredentials(request: Request): Promise<Readonly<Record<string, unknown>>> {
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim();
  const body = await request.text();
  if (mediaType === "application/x-www-form-urlencoded") return readForm(body);
  if (mediaType === "application/json") return readObject(body);
  throw new PassportRefusal(415, "unsupported_media_type", { detail: "Send JSON or a form." });
}

function readForm(body: string): Record<string, string> {
  const pairs = [...new URLSearchParams(body)];
  const form = Object.fromEntries(pairs);
  if (Object.keys(form).length < pairs.length) throw unreadable("A form field is given twice.");
  return form;
}

function readObject(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Falls through to the refusal below.
  }
  throw unreadable("The body is not a JSON object.");
}

function unreadable(detail: string): PassportRefusal {
  return new PassportRefusal(400, "invalid_request", { detail });
}

function unauthorized(detail: string): PassportRefusal {
  return new PassportRefusal(401, "unauthorized", { detail });
}
