import type { ProviderEvent } from "../../src/core/provider.ts";
import { createHttpClient, type OperationContext } from "../../src/http/client.ts";
import { type HttpOptions, toHttpSettings } from "../../src/http/options.ts";
import type { HttpRequest, ReadRefusal } from "../../src/http/reply.ts";

/** What a scripted vendor does with one request. */
export type Step = (request: Request) => Response | Promise<Response>;

export const ok: Step = () => Response.json({ done: true });

export const status =
  (code: number, headers: Record<string, string> = {}): Step =>
  () =>
    new Response(null, { status: code, headers });

/** No reply until the client aborts. */
export const silence: Step = ({ signal }) =>
  new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    if (signal.aborted) reject(signal.reason);
  });

/** The error that fetch throws for a system fault. */
export const fault =
  (code: string): Step =>
  () =>
    Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error("fault"), { code }) }));

export const CHANGE: HttpRequest = {
  method: "POST",
  url: "https://vendor.test/permits",
  body: "{}",
  changes: true,
};
export const QUESTION: HttpRequest = { method: "GET", url: "https://vendor.test/zones", changes: false };

/** The scripted vendor's error format: a code in a header of its own. */
export const readRefusal: ReadRefusal = ({ headers }) => {
  const vendorCode = headers.get("x-vendor-code");
  return vendorCode === null ? undefined : { vendorCode };
};

/** A refusal in the vendor's error format. */
export const refused = (code: number, headers: Record<string, string> = {}): Step =>
  status(code, { "x-vendor-code": "E1", ...headers });

/** A client whose vendor replies with `steps` in order, then with the last one again. */
export function createScripted(steps: readonly Step[], options: Omit<HttpOptions, "fetch"> = {}) {
  const events: ProviderEvent[] = [];
  const requests: { at: number; url: string }[] = [];
  const settings = toHttpSettings({
    onEvent: (event) => events.push(event),
    clock: () => new Date(),
    ...options,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const step = steps[Math.min(requests.length, steps.length - 1)] ?? ok;
      requests.push({ at: performance.now(), url: request.url });
      return step(request);
    },
  });
  const client = createHttpClient({ providerId: "acme", settings, readRefusal });
  const send = (request: HttpRequest = CHANGE, context: Partial<OperationContext> = {}) =>
    client.perform({ operation: "register", ...context }, (attempt) => attempt.send(request));
  return { client, send, events, requests };
}
