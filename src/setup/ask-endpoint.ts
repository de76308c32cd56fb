import { fieldError } from "../core/fields.ts";
import type {
  LookupCredential,
  LookupProbe,
  LookupProbeAnswer,
  LookupProbeQuestion,
} from "../core/lookup/lookup-probe.ts";
import type { PullProvider } from "../core/provider.ts";

/** The host's own permit lookup, called as the vendor calls it: over HTTP (`url`) or directly (`handler`). */
export type LookupEndpoint = {
  /** The credentials that the vendor uses. */
  readonly credentials: LookupCredential;
  /** Writes the request and reads the reply. Default: the provider's own `probe`, which each built-in dialect has. */
  readonly probe?: LookupProbe;
} & (
  | {
      /** Where the lookup is served: https, or http on loopback. The credentials are sent to it. */
      readonly url: string;
      /** Replaces the global `fetch`. Default: the global `fetch`. */
      readonly fetch?: typeof fetch;
    }
  | {
      /** The handler that `createPermitLookupHandler` returned. It is called without a network. */
      readonly handler: (request: Request) => Promise<Response>;
      /** The handler's `publicUrl`, when it has one. */
      readonly url?: string;
    }
);

/** How the host's own lookup endpoint is called. */
export interface EndpointAccess {
  readonly url: string;
  readonly probe: LookupProbe;
  readonly credentials: LookupCredential;
  readonly send: (request: Request) => Promise<Response>;
}

/**
 * Checks the option `lookup`.
 *
 * @throws EnforcementError `invalid_input` that names the field; `unsupported` when neither the option nor the provider has a
 * probe
 */
export function readEndpoint(endpoint: LookupEndpoint, provider: PullProvider): EndpointAccess {
  if (typeof endpoint !== "object" || endpoint === null) throw fieldError("lookup", "must be an object.");
  const { credentials } = endpoint;
  if (typeof credentials !== "object" || credentials === null) {
    throw fieldError("lookup.credentials", "must be an object with user name and password, key or token.");
  }
  const probe = endpoint.probe ?? provider.probe;
  if (probe === undefined) {
    const problem = `is missing: the dialect "${provider.dialect.id}" has no probe of its own; give one.`;
    throw fieldError("lookup.probe", problem, "unsupported");
  }
  if ("handler" in endpoint) {
    // A handler that is called directly still needs a URL: that of its mount, or a placeholder.
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
  throw fieldError("lookup.url", "must be https, because credentials and plates are sent to it.");
}

/** Asks the host's lookup endpoint about one plate. A failed request is an answer too (`unavailable`); only aborts are thrown. */
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
    // A request that carries credentials never follows a redirect.
    const response = await send(new Request(address, { method, headers, body, redirect: "manual", signal }));
    return probe.readReply({ status: response.status, body: await response.text() });
  } catch (thrown) {
    signal.throwIfAborted();
    return { shows: "unavailable", why: `it cannot be reached${describeFault(thrown)}` };
  }
}

/** The same user with a random secret. */
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

/** The system's fault code, such as ECONNREFUSED. The error's own message may hold the address and is dropped. */
function describeFault(thrown: unknown): string {
  const cause = thrown instanceof Error ? (thrown.cause ?? thrown) : thrown;
  if (typeof cause !== "object" || cause === null || !("code" in cause)) return "";
  return typeof cause.code === "string" ? ` (${cause.code})` : "";
}
