import { fieldError } from "../core/fields.ts";
import type {
  LookupCredential,
  LookupProbe,
  LookupProbeAnswer,
  LookupProbeQuestion,
} from "../core/lookup/lookup-probe.ts";
import type { PullProvider } from "../core/provider.ts";
import type { LookupEndpoint } from "./lookup-endpoint.ts";

/** Where and how our own lookup is asked. */
export interface EndpointAccess {
  readonly url: string;
  readonly probe: LookupProbe;
  readonly credentials: LookupCredential;
  readonly send: (request: Request) => Promise<Response>;
}

/**
 * Checks what was given of an endpoint.
 *
 * @throws EnforcementError `invalid_input` naming what is wrong; `unsupported` when nobody knows how to ask
 */
export function readEndpoint(endpoint: LookupEndpoint, provider: PullProvider): EndpointAccess {
  if (typeof endpoint !== "object" || endpoint === null) throw fieldError("lookup", "must be an object.");
  const { credentials } = endpoint;
  if (typeof credentials !== "object" || credentials === null) {
    throw fieldError("lookup.credentials", "must be an object with user name and password, key or token.");
  }
  const probe = endpoint.probe ?? provider.probe;
  if (probe === undefined) {
    const problem = `is missing: nobody but you knows how the dialect "${provider.dialect.id}" asks.`;
    throw fieldError("lookup.probe", problem, "unsupported");
  }
  if ("handler" in endpoint) {
    // A handler without a network is asked at the path that it is mounted at.
    return { url: endpoint.url ?? "https://lookup.invalid", probe, credentials, send: endpoint.handler };
  }
  const url = readUrl(endpoint.url);
  const send = endpoint.fetch ?? ((request: Request) => globalThis.fetch(request));
  return { url, probe, credentials, send: (request) => send(request) };
}

function readUrl(text: unknown): string {
  if (typeof text !== "string" || !URL.canParse(text)) throw fieldError("lookup.url", "must be a URL.");
  const { protocol, hostname } = new URL(text);
  const loopback = ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  if (protocol === "https:" || (protocol === "http:" && loopback)) return text;
  throw fieldError("lookup.url", "must be https: credentials and plates travel there.");
}

/** Asks our own lookup about one plate. Faults of network, status or reply are answers; only aborts are thrown. */
export async function askEndpoint(
  access: EndpointAccess,
  question: LookupProbeQuestion,
  options: { signal: AbortSignal; credentials?: LookupCredential },
): Promise<LookupProbeAnswer> {
  const { url, probe, credentials, send } = access;
  const { signal } = options;
  try {
    const asked = probe.toRequest(question, options.credentials ?? credentials);
    const address = asked.path === "" ? url : `${url.replace(/\/+$/, "")}${asked.path}`;
    const { method, headers, body } = asked;
    // Nothing follows a redirect with credentials.
    const response = await send(new Request(address, { method, headers, body, redirect: "manual", signal }));
    return probe.readReply({ status: response.status, body: await response.text() });
  } catch (thrown) {
    signal.throwIfAborted();
    return { shows: "unavailable", why: `it cannot be reached${describeFault(thrown)}` };
  }
}

/** The same user with a secret that nobody issued. */
export function toWrongCredential(credential: LookupCredential): LookupCredential {
  const wrong = crypto.randomUUID();
  switch (credential.scheme) {
    case "bearer":
      return { ...credential, token: wrong };
    case "api-key":
      return { ...credential, key: wrong };
    case "username-token":
      return { scheme: "username-token", username: credential.username, password: wrong, token: wrong };
    default:
      return { scheme: "basic", username: credential.username, password: wrong };
  }
}

/** The system's code, such as ECONNREFUSED: an error's own words may hold the address. */
function describeFault(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return "";
  return typeof cause.code === "string" ? ` (${cause.code})` : "";
}
