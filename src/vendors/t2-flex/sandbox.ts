/**
 * An officer's handheld. T2 Flex asks us, so its sandbox is the side that asks. It is our reading of the vendor, not
 * the vendor: the form of Flex's question is unpublished, and this one follows public client code of the `offstreet`
 * dialect. Like those clients it looks at the first record only and gives up after ten seconds.
 *
 * @module
 */

import { fieldError, readRecord, readText } from "../../core/fields.ts";
import { type HandheldSession, readReply } from "./sandbox-schema.ts";

/** Options of {@link createHandheld}. */
export interface HandheldOptions {
  /** Where the lookup handler is served. */
  url: string | URL;
  /** The only one that a handheld speaks so far, and the default. */
  dialect?: "offstreet";
  credential: HandheldCredential;
  /** Default: the global one. */
  fetch?: typeof globalThis.fetch;
  /** When the handheld gives up, in milliseconds. Default 10,000. */
  timeoutMs?: number;
}

/** What was entered for the integration, and how it travels. */
export type HandheldCredential =
  | { scheme: "basic"; username: string; password: string }
  | { scheme: "bearer"; token: string }
  | { scheme: "api-key"; key: string };

/** What an officer types. */
export interface HandheldQuestion {
  plate: string;
  /** An abbreviation or a full name. */
  state?: string;
  locationId?: string;
  /** Ends the lookup early; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** What the officer's screen shows. */
export type HandheldAnswer =
  | { shows: "permit"; session: HandheldSession; sessions: readonly HandheldSession[] }
  | { shows: "none" }
  /** We were asked wrongly or by the wrong party. */
  | { shows: "refused"; status: number }
  /** We could not say: the vendor's own policy applies. */
  | { shows: "unavailable"; why: string };

/** A handheld that is set up for one endpoint. */
export interface Handheld {
  /** Asks once. Faults of network, status or reply are answers, never exceptions. */
  lookup(question: HandheldQuestion): Promise<HandheldAnswer>;
}

/**
 * Sets up a handheld.
 *
 * @throws EnforcementError when an option is unknown or wrong
 */
export function createHandheld(options: HandheldOptions): Handheld {
  readRecord(options, "createHandheld options", ["url", "dialect", "credential", "fetch", "timeoutMs"]);
  if (options.dialect !== undefined && options.dialect !== "offstreet") {
    throw fieldError("dialect", 'must be "offstreet".', "invalid_config");
  }
  const url = new URL(options.url);
  const [headerName, headerValue] = toHeader(options.credential);
  const { timeoutMs = 10_000 } = options;

  async function ask(question: object, signal: AbortSignal): Promise<HandheldAnswer> {
    const fetch = options.fetch ?? globalThis.fetch;
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", [headerName]: headerValue },
      body: JSON.stringify(question),
      redirect: "manual",
      signal,
    });
    return toAnswer(response.status, await response.text());
  }

  return {
    async lookup({ signal, ...question }) {
      signal?.throwIfAborted();
      const giveUp = new AbortController();
      const timer = setTimeout(() => giveUp.abort(), timeoutMs);
      const end = signal === undefined ? giveUp.signal : AbortSignal.any([signal, giveUp.signal]);
      try {
        // A fetch given by a test may not listen to the signal; the officer does not wait for it either.
        return await Promise.race([ask(question, end), rejectionOf(end)]);
      } catch (error) {
        signal?.throwIfAborted();
        if (giveUp.signal.aborted) return { shows: "unavailable", why: `no reply within ${timeoutMs} ms` };
        return { shows: "unavailable", why: `no connection: ${describe(error)}` };
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

function toAnswer(status: number, text: string): HandheldAnswer {
  if (status >= 400 && status < 500) return { shows: "refused", status };
  if (status !== 200) return { shows: "unavailable", why: `status ${status}` };
  const reply = readReply(readJson(text));
  if ("why" in reply) return { shows: "unavailable", why: reply.why };
  const [session] = reply.sessions;
  return session === undefined ? { shows: "none" } : { shows: "permit", session, sessions: reply.sessions };
}

/** The value of a JSON text; `undefined`, which no JSON text gives, when it is not JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function toHeader(credential: HandheldCredential): [name: string, value: string] {
  switch (credential.scheme) {
    case "basic": {
      readRecord(credential, "credential", ["scheme", "username", "password"]);
      const pair = `${readText(credential.username, "credential.username")}:${credential.password}`;
      return ["authorization", `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`];
    }
    case "bearer":
      readRecord(credential, "credential", ["scheme", "token"]);
      return ["authorization", `Bearer ${readText(credential.token, "credential.token")}`];
    case "api-key":
      readRecord(credential, "credential", ["scheme", "key"]);
      return ["x-api-key", readText(credential.key, "credential.key")];
    default:
      throw fieldError("credential.scheme", "must be basic, bearer or api-key.", "invalid_config");
  }
}

/** The system's code, such as ECONNREFUSED: an error's own words may hold the address. */
function describe(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (typeof cause === "object" && cause !== null && "code" in cause) return String(cause.code);
  return error instanceof Error ? error.name : "unknown fault";
}
