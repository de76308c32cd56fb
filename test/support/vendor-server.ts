import { HttpResponse, http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

type FetchHandler = (request: Request) => Promise<Response>;

/** A request as it arrived. */
export interface ReceivedRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: string;
}

/** A vendor as a test uses it. */
export interface VendorServer {
  readonly origin: string;
  /** Answers requests with this handler until the test ends. An error that it throws breaks the connection. */
  use(handler: FetchHandler): void;
  /** What arrived during this test, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** The bodies of the requests whose path ends with the argument, as JSON. */
  bodies<Body>(path: string): Body[];
}

/**
 * Answers the requests to `origin` through msw with the handler that a test installs. A request without a handler
 * becomes a network error which a provider would retry and report, so it is recorded and fails the test by itself.
 */
export function serveVendor(origin: string): VendorServer {
  let current: FetchHandler | undefined;
  const requests: ReceivedRequest[] = [];
  const unhandled: string[] = [];
  const server = setupServer(
    http.all(`${origin}/*`, async ({ request }) => {
      const { method, url, headers } = request;
      requests.push({ method, url: new URL(url), headers, body: await request.clone().text() });
      if (current === undefined) unhandled.push(`${method} ${url}`);
      // msw would answer 500 with the thrown error; a vendor's network only breaks.
      return (await current?.(request).catch(() => undefined)) ?? HttpResponse.error();
    }),
  );
  beforeAll(() =>
    server.listen({
      onUnhandledFrame({ frame }) {
        unhandled.push(frame.protocol);
        throw new Error("No handler answers this request.");
      },
    }),
  );
  afterEach(() => {
    const seen = unhandled.splice(0);
    requests.length = 0;
    current = undefined;
    expect(seen).toEqual([]);
  });
  afterAll(() => server.close());
  return {
    origin,
    requests,
    use(handler) {
      current = handler;
    },
    bodies: (path) =>
      requests.filter(({ url }) => url.pathname.endsWith(path)).map(({ body }) => JSON.parse(body)),
  };
}
