import { http } from "msw";
import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll, expect } from "vitest";

type FetchHandler = (request: Request) => Promise<Response>;

/**
 * Answers the requests to `origin` through msw with the handler that a test installs. A request that nobody answers
 * becomes a network error which a provider would retry and report, so it is recorded and fails the test by itself.
 */
export function serveVendor(origin: string): {
  use(handler: FetchHandler): void;
  readonly requests: Request[];
} {
  let current: FetchHandler | undefined;
  const requests: Request[] = [];
  const unhandled: string[] = [];
  const server = setupServer(
    http.all(`${origin}/*`, async ({ request }) => {
      requests.push(request.clone());
      if (current === undefined) throw new Error("No vendor installed.");
      return current(request);
    }),
  );
  beforeAll(() =>
    server.listen({
      onUnhandledRequest(request, print) {
        unhandled.push(`${request.method} ${request.url}`);
        print.error();
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
    requests,
    use(handler) {
      current = handler;
    },
  };
}
