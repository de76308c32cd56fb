import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { FetchHandler } from "./faults.ts";

/** A server on this machine. */
export interface Listening {
  /** The origin, such as `http://127.0.0.1:50123`, without a slash at its end. */
  readonly url: string;
  /** Ends all connections, held and idle ones included, and frees the port. */
  close(): Promise<void>;
}

/**
 * Serves fetch handlers on the loopback address, on a port that the system chooses. A handler receives every request
 * whose path is its prefix or lies below it, with the path unchanged; no handler, 404. A handler that rejects has its
 * connection destroyed, as a vendor's network would. `request.signal` aborts when the client goes away.
 */
export async function listen(handlers: Readonly<Record<string, FetchHandler>>): Promise<Listening> {
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing, handlers).catch(() => incoming.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");

  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handlers: Readonly<Record<string, FetchHandler>>,
): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  const request = await toRequest(incoming, gone.signal);
  const { pathname } = new URL(request.url);
  const handler = Object.entries(handlers).find(
    ([prefix]) => pathname === prefix || pathname.startsWith(`${prefix}/`),
  )?.[1];
  const response = handler === undefined ? new Response(null, { status: 404 }) : await handler(request);
  await send(response, outgoing, gone.signal);
}

async function toRequest(incoming: IncomingMessage, signal: AbortSignal): Promise<Request> {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  const { method = "GET", url = "/" } = incoming;
  const target = new URL(url, `http://${incoming.headers.host ?? "127.0.0.1"}`);
  if (method === "GET" || method === "HEAD") return new Request(target, { method, headers, signal });
  return new Request(target, { method, headers, signal, body: await readBody(incoming) });
}

async function readBody(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return Uint8Array.from(Buffer.concat(chunks));
}

async function send(response: Response, outgoing: ServerResponse, signal: AbortSignal): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  // Leaving the loop early cancels the body, so a huge one stops with its reader.
  for await (const chunk of response.body ?? []) {
    if (signal.aborted) return;
    if (!outgoing.write(chunk)) await once(outgoing, "drain", { signal });
  }
  outgoing.end();
}
