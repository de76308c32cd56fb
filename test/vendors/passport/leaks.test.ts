import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Fault } from "../../../src/sandbox/faults.ts";
import { idle, letTimePass, stopTime } from "../../support/fake-time.ts";
import { failureOf, sampleRegistration } from "../../support/registrations.ts";
import { everythingSaid, leaksOf } from "../../support/spoken.ts";
import { type BenchOptions, connectDirectly, DOWNTOWN } from "./provider-bench.ts";

const SECRET = 's3cr&t/+ "é';
const PLATES = ["GXK204", "ZR8QW"];
const registration = sampleRegistration({ plate: parsePlate("gxk·204", { region: "NB" }) });

beforeEach(() => stopTime());
afterEach(() => vi.useRealTimers());

/** A bench that knows its token, which no failure may show. */
function listen(options: BenchOptions = {}) {
  const tokens: string[] = [];
  const bench = connectDirectly({
    sandbox: { clientSecret: SECRET },
    provider: { retries: 1, ...options.provider },
    async instead(request) {
      const token = /^Bearer (.*)$/.exec(request.headers.get("authorization") ?? "")?.[1];
      if (token !== undefined) tokens.push(token);
      return options.instead?.(request);
    },
  });
  const leaks = async (run: () => Promise<unknown>) => {
    const error = await letTimePass(failureOf(run));
    const said = everythingSaid(error, bench.events);
    return { error, leaks: leaksOf(said, [...PLATES, SECRET, ...new Set(tokens)]) };
  };
  return { ...bench, tokens, leaks };
}

const isToken = (request: Request) => request.url.includes("/access-tokens");

/** The message of a vendor that repeats everything it was sent, in every spelling. */
const repeating = (status: number) => async (request: Request) => {
  const body = await request.clone().text();
  const token = request.headers.get("authorization") ?? "";
  // A token request contains no plate, so a vendor cannot repeat it.
  const plates = isToken(request) ? "" : "GXK-204, gxk 204, G X K 2 0 4, Gxk.204";
  const detail = `No: ${plates} (${token}) ${decodeURIComponent(request.url)}`;
  return Response.json(
    { type: `io.passportlabs:error:bad ${token} ${plates}`, detail, additional_details: { body, token } },
    { status },
  );
};

const faults: Fault[] = [
  { kind: "timeout-before" },
  { kind: "timeout-after" },
  { kind: "reset-before" },
  { kind: "reset-after" },
  { kind: "truncated" },
  { kind: "status", status: 500, body: "GXK204 gxk-204" },
  { kind: "status", status: 418, body: { detail: "gxk 204" }, headers: { "x-plate": "GXK204" } },
  { kind: "rate-limit", retryAfter: "GXK204" },
  { kind: "rate-limit", retryAfter: 99 },
  { kind: "html" },
  { kind: "empty" },
  { kind: "huge", bytes: 10_000_000 },
  { kind: "slow", delayMs: 60_000 },
  { kind: "redirect", location: "https://elsewhere.test/?plate=GXK204" },
];

describe("no secret and no plate that was sent is shown", () => {
  // A success is one whatever its body contains, so these two are no failures.
  it.each(faults.filter(({ kind }) => kind !== "empty" && kind !== "truncated"))(
    "when the push meets %j",
    async (fault) => {
      const { provider, leaks, faults: queue } = listen();
      queue.add({ ...fault, times: Number.POSITIVE_INFINITY, path: "/events" });

      expect((await leaks(() => provider.register(registration))).leaks).toEqual([]);
    },
  );

  it.each(faults.filter((fault) => !("body" in fault)))("when the token request meets %j", async (fault) => {
    const { provider, leaks, faults: queue } = listen();
    queue.add({ ...fault, times: Number.POSITIVE_INFINITY, path: "/access-tokens" });

    expect((await leaks(() => provider.register(registration))).leaks).toEqual([]);
  });

  it.each(faults)("when reading back meets %j", async (fault) => {
    const { provider, leaks, faults: queue } = listen();
    queue.add({ ...fault, times: Number.POSITIVE_INFINITY, path: "/parking-rights" });

    const query = { plate: registration.plate, target: DOWNTOWN };
    expect((await leaks(() => provider.find(query))).leaks).toEqual([]);
  });

  it.each([400, 401, 403, 404, 409, 422, 429, 500, 503])(
    "when the vendor repeats it under %i",
    async (status) => {
      const { provider, leaks, tokens } = listen({
        instead: (request) => (isToken(request) ? undefined : repeating(status)(request)),
      });

      const pushing = await leaks(() => provider.register(registration));
      const finding = await leaks(() => provider.find({ plate: registration.plate, target: DOWNTOWN }));

      expect(tokens.length).toBeGreaterThan(0);
      expect(pushing.leaks).toEqual([]);
      expect(finding.leaks).toEqual([]);
      if (status < 500 && status !== 429) expect(pushing.error.message).toContain("[plate]");
    },
  );

  it.each([400, 401, 500])("when the vendor repeats the secret under %i", async (status) => {
    const { provider, leaks } = listen({ instead: repeating(status) });

    const { error, leaks: found } = await leaks(() => provider.register(registration));

    expect(found).toEqual([]);
    expect(error.vendorMessage).toContain("[secret]");
  });

  it("when the vendor repeats it for one session in a multi-status reply", async () => {
    const { provider, events, tokens } = listen({
      async instead(request) {
        if (!request.url.endsWith("/events")) return undefined;
        const { data } = await request.clone().json();
        const error = await (await repeating(422)(request)).json();
        const items = data.map(({ session_id }: { session_id: string }) => ({
          session_id,
          status: 422,
          error,
        }));
        return Response.json({ data: items }, { status: 207 });
      },
    });
    const other = sampleRegistration({ plate: parsePlate("ZR8QW", { region: "NB" }), permitId: "P-2" });

    const outcomes = await letTimePass(provider.registerMany([registration, other]));

    expect(outcomes).toHaveLength(2);
    for (const outcome of outcomes) {
      if (outcome.ok) throw new Error("A refusal was expected.");
      expect(outcome.error.message).toContain("[plate]");
      expect(leaksOf(everythingSaid(outcome.error, events), [...PLATES, SECRET, ...tokens])).toEqual([]);
    }
  });

  it.each([
    ["that resolves no name", "ENOTFOUND"],
    ["that prints the whole request", "UND_ERR_SOCKET"],
  ])("by a fetch %s", async (_, code) => {
    const { provider, leaks } = listen({
      provider: {
        fetch(input) {
          const request = new Request(input);
          const cause = Object.assign(new Error(`${SECRET} GXK204 ${request.url}`), { code, request });
          return Promise.reject(new TypeError(`fetch failed: GXK204 ${SECRET}`, { cause }));
        },
      },
    });

    expect((await leaks(() => provider.register(registration))).leaks).toEqual([]);
  });

  it("after an abort whose reason contains it", async () => {
    const { provider, leaks, faults: queue } = listen();
    queue.add({ kind: "timeout-before", path: "/events" });
    const controller = new AbortController();

    const leaking = leaks(() => provider.register(registration, { signal: controller.signal }));
    await idle();
    controller.abort(new Error(`GXK204 ${SECRET}`));

    const { error, leaks: found } = await leaking;
    expect([error.code, found]).toEqual(["aborted", []]);
  });

  it("when the input is wrong in every place", async () => {
    const { provider, leaks } = listen();
    const wrong: unknown[] = [
      "GXK204",
      { GXK204: 1 },
      { ...registration, GXK204: 1 },
      ...Object.keys(registration).map((key) => ({ ...registration, [key]: { GXK204: "GXK204" } })),
      ...Object.keys(registration).map((key) => ({ ...registration, [key]: "" })),
      { ...registration, plate: { raw: "GXK 204", number: "gxk204" } },
      { ...registration, plate: { raw: "GXK 204", number: "GXK204", region: "GXK204" } },
      { ...registration, plate: { raw: "GXK 204", number: "GXK204" } },
      { ...registration, validTo: new Date(0) },
    ];

    for (const value of wrong) {
      expect((await leaks(() => provider.register(value as never))).leaks).toEqual([]);
    }
  });
});
