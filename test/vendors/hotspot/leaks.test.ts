import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Fault } from "../../../src/sandbox/faults.ts";
import { idle, letTimePass, stopTime } from "../../support/fake-time.ts";
import { failureOf } from "../../support/registrations.ts";
import { everythingSaid, leaksOf } from "../../support/spoken.ts";
import { type BenchOptions, connectDirectly, registration } from "./provider-bench.ts";

const TOKENS = ["t0ken&/+'x", "c0mpany-t0ken"];
const right = registration({ plate: parsePlate("gxk·204", { region: "NB" }) });

beforeEach(() => stopTime());
afterEach(() => vi.useRealTimers());

function listen(options: BenchOptions = {}) {
  const [token = "", companyToken = ""] = TOKENS;
  const bench = connectDirectly({
    ...options,
    sandbox: { token, companyToken },
    provider: { token, companyToken, retries: 1, ...options.provider },
  });
  const leaks = async (run: () => Promise<unknown>) => {
    const error = await letTimePass(failureOf(run));
    return { error, leaks: leaksOf(everythingSaid(error, bench.events), ["GXK204", ...TOKENS]) };
  };
  return { ...bench, leaks };
}

/** The message of a vendor that repeats everything it was sent, in every spelling. */
async function repeat(request: Request, status: number): Promise<Response> {
  const body = await request.clone().text();
  const headers = JSON.stringify([...request.headers]);
  const ErrorMessage = `No: GXK-204, gxk 204, G X K 2 0 4, Gxk.204 ${body} ${headers}`;
  return Response.json({ ErrorCode: `E gxk204 ${TOKENS[0]}`, ErrorMessage }, { status });
}

const faults: Fault[] = [
  { kind: "timeout-before" },
  { kind: "timeout-after" },
  { kind: "reset-before" },
  { kind: "reset-after" },
  { kind: "status", status: 500, body: "GXK204 gxk-204" },
  { kind: "status", status: 418, body: { detail: "gxk 204" }, headers: { "x-plate": "GXK204" } },
  { kind: "rate-limit", retryAfter: "GXK204" },
  { kind: "html" },
  { kind: "empty" },
  { kind: "huge", bytes: 10_000_000 },
  { kind: "slow", delayMs: 60_000 },
  { kind: "redirect", location: "https://elsewhere.test/?plate=GXK204" },
];

describe("no secret and no plate that was sent is shown", () => {
  it.each(faults)("when the push meets %j", async (fault) => {
    const { provider, leaks, faults: queue } = listen();
    queue.add({ ...fault, times: Number.POSITIVE_INFINITY });

    expect((await leaks(() => provider.register(right))).leaks).toEqual([]);
  });

  it("when the reply is cut off", async () => {
    const { provider, leaks, faults: queue } = listen({ provider: { retries: 0 } });
    queue.add({ kind: "truncated" });

    expect((await leaks(() => provider.register(right))).leaks).toEqual([]);
  });

  it.each([400, 401, 403, 404, 409, 422, 429, 500])("when the vendor repeats it under %i", async (status) => {
    const { provider, leaks } = listen({ instead: (request) => repeat(request, status) });

    const { error, leaks: found } = await leaks(() => provider.register(right));

    expect(found).toEqual([]);
    if (status < 429) expect(error.message).toMatch(/\[plate\].*\[secret\]/);
  });

  it("when the host's fetch throws the whole request", async () => {
    const { provider, leaks } = listen({
      provider: {
        fetch(input) {
          const request = new Request(input);
          return Promise.reject(new TypeError(`GXK204 ${TOKENS}`, { cause: { code: "GXK 204", request } }));
        },
      },
    });

    expect((await leaks(() => provider.register(right))).leaks).toEqual([]);
  });

  it("after an abort whose reason contains it", async () => {
    const { provider, leaks, faults: queue } = listen();
    queue.add({ kind: "timeout-before" });
    const controller = new AbortController();

    const leaking = leaks(() => provider.register(right, { signal: controller.signal }));
    await idle();
    controller.abort(new Error(`GXK204 ${TOKENS}`));

    expect(await leaking).toMatchObject({ error: { code: "aborted", outcome: "unknown" }, leaks: [] });
  });
});
