import type { Dispatcher } from "undici";

/**
 * A `fetch` for a provider's `fetch` option that sends over the host's own undici pool. It calls undici's `request`, which
 * makes no Request, no Response and no web stream. It takes what a provider hands it, an address as text and plain options,
 * and returns what a provider reads of a Response: `status`, `ok`, `headers` and `body`.
 */
export function fetchOver(dispatcher: Dispatcher): typeof fetch {
  const send = async (address: string, { method = "GET", headers, body, signal }: RequestInit) => {
    const { origin, pathname, search } = new URL(address);
    const reply = await dispatcher.request({
      origin,
      path: pathname + search,
      method: method as Dispatcher.HttpMethod,
      headers: headers as Record<string, string>,
      body: (body ?? null) as string | null,
      signal: signal ?? null,
    });
    const { statusCode: status } = reply;
    return { status, ok: status >= 200 && status < 300, headers: toHeaders(reply.headers), body: reply.body };
  };
  return send as unknown as typeof fetch;
}

function toHeaders(named: Readonly<Record<string, string | string[] | undefined>>): Headers {
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(named)) {
    for (const value of [values].flat()) headers.append(name, value);
  }
  return headers;
}
