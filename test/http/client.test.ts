import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { idle, letTimePass, stopTime } from "../support/fake-time.ts";
import { failureOf } from "../support/registrations.ts";
import {
  CHANGE,
  createScripted,
  fault,
  ok,
  QUESTION,
  refused,
  type Step,
  silence,
  status,
} from "./vendor-script.ts";

beforeEach(() => stopTime());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const failingSend = (send: () => Promise<unknown>) => letTimePass(failureOf(send));
const delaysOf = (requests: readonly { at: number }[]) =>
  requests.slice(1).map(({ at }, index) => at - (requests[index]?.at ?? 0));

describe("a request that succeeds", () => {
  it("is sent once, and its reply is returned", async () => {
    const { send, requests, events } = createScripted([ok]);

    const reply = await letTimePass(send());

    expect(JSON.parse(reply.body)).toEqual({ done: true });
    expect(requests).toHaveLength(1);
    expect(events).toMatchObject([
      { type: "attempt", providerId: "acme", operation: "register", attempt: 1, status: 200 },
    ]);
  });

  it("may have a status that takesStatus accepts", async () => {
    const { send } = createScripted([status(404)]);

    const reply = await letTimePass(send({ ...CHANGE, takesStatus: (code) => code === 404 }));

    expect(reply.status).toBe(404);
  });
});

describe("time limits", () => {
  it("end an attempt after attemptTimeoutMs, and the next one follows", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send, requests } = createScripted([silence, ok], { attemptTimeoutMs: 400 });

    await letTimePass(send());

    expect(delaysOf(requests)).toEqual([400]);
  });

  it("cover the body too", async () => {
    const stuck: Step = () =>
      new Response(
        new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode("{")) }),
      );
    const { send } = createScripted([stuck], { attemptTimeoutMs: 400, retries: 0 });
    const started = performance.now();

    const error = await failingSend(send);

    expect(error).toMatchObject({ code: "timeout", outcome: "unknown", attempts: 1 });
    expect(performance.now() - started).toBe(400);
  });

  it("end the operation at deadlineMs, also in the middle of an attempt", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send, requests, events } = createScripted([silence], {
      attemptTimeoutMs: 400,
      deadlineMs: 1_000,
    });
    const started = performance.now();

    const error = await failingSend(send);

    expect(performance.now() - started).toBe(1_000);
    expect(requests).toHaveLength(3);
    expect(error).toMatchObject({ code: "timeout", outcome: "unknown", attempts: 3, retryable: true });
    expect(error.message).toContain("register");
    expect(events.filter(({ type }) => type === "attempt").map(({ code }) => code)).toEqual(
      Array(3).fill("timeout"),
    );
  });

  it("that end a wait for a free place are a timeout, or the last failure", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send, client } = createScripted([silence], {
      attemptTimeoutMs: 5_000,
      deadlineMs: 1_000,
      concurrency: 1,
    });
    const holder = failureOf(() => client.sendOnce("listZones", QUESTION));
    await idle();

    const error = await failingSend(send);

    expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied", attempts: 0 });
    expect(error.message).toMatch(/free place.*deadlineMs, concurrency or requestsPerSecond/);
    expect((await letTimePass(holder)).code).toBe("timeout");
  });

  it("end requests that never got a place: not applied, no attempt counted or reported", async () => {
    const { send, requests, events } = createScripted([silence], {
      attemptTimeoutMs: 60_000,
      deadlineMs: 1_000,
      concurrency: 4,
    });

    const errors = await letTimePass(Promise.all(Array.from({ length: 60 }, () => failureOf(() => send()))));

    expect(requests).toHaveLength(4);
    expect(events.map(({ type, code }) => `${type} ${code}`)).toEqual(Array(4).fill("attempt timeout"));
    expect(errors.map(({ code, outcome, attempts }) => `${code} ${outcome} ${attempts}`)).toEqual([
      ...Array(4).fill("timeout unknown 1"),
      ...Array(56).fill("unavailable not_applied 0"),
    ]);
    expect(errors[59]?.message).toMatch(/waited for a free place until the deadline/);
  });

  it("send no request that gets its place right before its deadline, even if it began later", async () => {
    const { send, requests } = createScripted([silence], {
      attemptTimeoutMs: 60_000,
      deadlineMs: 1_000,
      concurrency: 1,
    });
    const first = failureOf(() => send());
    await idle();
    vi.advanceTimersByTime(60);
    const second = failureOf(() => send());

    const errors = await letTimePass(Promise.all([first, second]));

    expect(requests).toHaveLength(1);
    expect(errors.map(({ outcome, attempts }) => `${outcome} ${attempts}`)).toEqual([
      "unknown 1",
      "not_applied 0",
    ]);
  });

  it("count a shared reply only until it arrives", async () => {
    const { client } = createScripted([silence], {
      attemptTimeoutMs: 60_000,
      deadlineMs: 1_000,
      concurrency: 1,
    });
    const holder = failureOf(() => client.sendOnce("listZones", QUESTION));
    await idle();

    const waiting = failureOf(() =>
      client.perform({ operation: "register" }, async (attempt) => {
        await attempt.share(Promise.resolve("token"));
        await attempt.send(CHANGE);
      }),
    );

    expect(await letTimePass(waiting)).toMatchObject({ outcome: "not_applied", attempts: 0 });
    await letTimePass(holder);
  });

  it("that end a wait for a place after a failure throw that failure", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send, client } = createScripted([status(429, { "retry-after": "0" }), silence], {
      attemptTimeoutMs: 5_000,
      deadlineMs: 1_000,
      concurrency: 1,
    });
    const first = failureOf(send);
    const holder = failureOf(() => client.sendOnce("listZones", QUESTION));

    const error = await letTimePass(first);

    expect(error).toMatchObject({ code: "rate_limited", status: 429, attempts: 1, outcome: "not_applied" });
    expect((await letTimePass(holder)).code).toBe("timeout");
  });

  it("that end a wait for a shared reply are a timeout, and a later failure of it is handled", async () => {
    const { client } = createScripted([ok], { deadlineMs: 1_000 });
    const shared = Promise.withResolvers<void>();

    const error = await letTimePass(
      failureOf(() => client.perform({ operation: "register" }, (attempt) => attempt.share(shared.promise))),
    );
    shared.reject(new Error("later"));
    await idle();

    expect(error).toMatchObject({ code: "timeout", outcome: "not_applied", attempts: 1 });
  });
});

describe("retries", () => {
  it.each<[string, Step, number]>([
    ["500", status(500), 4],
    ["503", status(503), 4],
    ["408", status(408), 4],
    ["429", status(429), 4],
    ["a broken connection", fault("ECONNRESET"), 4],
    ["a refused connection", fault("ECONNREFUSED"), 4],
    ["400 in the vendor's words", refused(400), 1],
    ["400 in no words of the vendor's", status(400), 4],
    ["401 in the vendor's words", refused(401), 1],
    ["401 in no words of the vendor's", status(401), 4],
    ["403 in the vendor's words", refused(403), 1],
    ["403 in no words of the vendor's", status(403), 4],
    ["404 in the vendor's words", refused(404), 1],
    ["404 in no words of the vendor's", status(404), 4],
    ["409 in the vendor's words", refused(409), 1],
    ["409 in no words of the vendor's", status(409), 4],
    ["302", status(302, { location: "https://elsewhere.test/" }), 1],
  ])("after %s", async (_, step, count) => {
    const { send, requests } = createScripted([step]);

    const error = await failingSend(send);

    expect(requests).toHaveLength(count);
    expect(error.attempts).toBe(count);
    expect(error.retryable).toBe(count > 1);
  });

  it("wait with full jitter: any time up to a bound that doubles, at most five seconds", async () => {
    const random = vi.spyOn(Math, "random").mockReturnValue(0.5);
    const { send, requests } = createScripted([status(503)], { retries: 7, deadlineMs: 600_000 });

    await failingSend(send);

    expect(delaysOf(requests)).toEqual([125, 250, 500, 1_000, 2_000, 2_500, 2_500]);
    expect(random).toHaveBeenCalledTimes(7);
  });

  it("do not wait at all when the jitter is zero", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send, requests } = createScripted([status(503), ok]);

    await letTimePass(send());

    expect(delaysOf(requests)).toEqual([0]);
  });

  it.each([
    ["seconds", "7"],
    ["a date", new Date(Date.parse("2026-09-15T12:00:07.000Z")).toUTCString()],
  ])("honour Retry-After in %s", async (_, header) => {
    const { send, requests, events } = createScripted([status(429, { "retry-after": header }), ok]);

    await letTimePass(send());

    expect(delaysOf(requests)).toEqual([7_000]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "retry", delayMs: 7_000, code: "rate_limited" }),
    );
  });

  it("honour Retry-After of any failure that may be retried", async () => {
    const { send, requests } = createScripted([status(503, { "retry-after": "3" }), ok]);

    await letTimePass(send());

    expect(delaysOf(requests)).toEqual([3_000]);
  });

  it("fail at once when Retry-After is beyond the deadline, and report its length", async () => {
    const { send, requests } = createScripted([status(429, { "retry-after": "31" })], { deadlineMs: 30_000 });
    const started = performance.now();

    const error = await failingSend(send);

    expect(performance.now() - started).toBe(0);
    expect(requests).toHaveLength(1);
    expect(error).toMatchObject({
      code: "rate_limited",
      retryAfterMs: 31_000,
      attempts: 1,
      outcome: "not_applied",
      retryable: true,
    });
  });

  it("do not happen with retries: 0, of the provider or of the operation", async () => {
    const ofProvider = createScripted([status(503)], { retries: 0 });
    const ofOperation = createScripted([status(503)]);
    const more = createScripted([status(503)], { retries: 0 });

    expect((await failingSend(ofProvider.send)).attempts).toBe(1);
    expect((await failingSend(() => ofOperation.send(CHANGE, { retries: 0 }))).attempts).toBe(1);
    expect((await failingSend(() => more.send(CHANGE, { retries: 2 }))).attempts).toBe(3);
  });

  it("number their attempts in the events", async () => {
    const { send, events } = createScripted([status(503), fault("ECONNRESET"), ok]);

    await letTimePass(send({ ...CHANGE, traceId: "trace-1" }));

    expect(events.map(({ type, attempt, status: code, traceId }) => [type, attempt, code, traceId])).toEqual([
      ["attempt", 1, 503, "trace-1"],
      ["retry", 1, undefined, undefined],
      ["attempt", 2, undefined, "trace-1"],
      ["retry", 2, undefined, undefined],
      ["attempt", 3, 200, "trace-1"],
    ]);
  });

  it("are not multiplied by an outage: a thousand operations send at most 1.2 times as many requests plus 20", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send, requests } = createScripted([status(503)], { retries: 20, concurrency: 50 });

    const failures = await letTimePass(
      Promise.all(Array.from({ length: 1_000 }, () => failureOf(() => send()))),
    );

    expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(["unavailable"]));
    expect(requests.length).toBeGreaterThan(1_000);
    expect(requests.length).toBeLessThanOrEqual(1.2 * 1_000 + 20);
  });

  it("are not earned by operations that send nothing", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { client, send, requests } = createScripted([status(503)], { retries: 20, deadlineMs: 300_000 });
    for (let spent = 0; spent < 2; spent += 1) await failingSend(send);
    const before = requests.length;

    for (let idleOnes = 0; idleOnes < 100; idleOnes += 1) {
      await letTimePass(client.perform({ operation: "register" }, async () => "settled"));
    }
    await failingSend(send);

    expect(requests.length - before).toBe(1);
  });
});

describe("the outcome", () => {
  it.each<[string, Step[], string, string]>([
    ["a refusal", [refused(400)], "rejected", "not_applied"],
    ["a timeout", [silence], "timeout", "unknown"],
    ["a server error", [status(500)], "unavailable", "unknown"],
    ["a broken connection", [fault("ECONNRESET")], "unavailable", "unknown"],
    ["a refused connection", [fault("ECONNREFUSED")], "unavailable", "not_applied"],
    ["a name that is not found", [fault("ENOTFOUND")], "unavailable", "not_applied"],
    ["a certificate that is not trusted", [fault("CERT_HAS_EXPIRED")], "unavailable", "not_applied"],
    ["a timeout, then 429", [silence, status(429)], "rate_limited", "unknown"],
    ["a timeout, then a refusal", [silence, refused(400)], "rejected", "unknown"],
    ["429, then a refusal", [status(429), refused(400)], "rejected", "not_applied"],
  ])("of a change after %s", async (_, steps, code, outcome) => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { send } = createScripted(steps, { retries: steps.length - 1 });

    expect(await failingSend(send)).toMatchObject({ code, outcome });
  });

  it("of a read is never unknown", async () => {
    const { send } = createScripted([silence, status(500), fault("ECONNRESET")], { retries: 2 });

    expect(await failingSend(() => send(QUESTION))).toMatchObject({ outcome: "not_applied", attempts: 3 });
  });

  it("is unknown when the change was accepted and something after it failed", async () => {
    const { client } = createScripted([ok, refused(400)]);

    const error = await failingSend(() =>
      client.perform({ operation: "register" }, async (attempt) => {
        await attempt.send(CHANGE);
        await attempt.send(QUESTION);
      }),
    );

    expect(error).toMatchObject({ code: "rejected", outcome: "unknown" });
  });

  it("is not unknown for a success that reports that nothing was changed", async () => {
    const { client } = createScripted([ok, refused(400)]);

    const error = await failingSend(() =>
      client.perform({ operation: "register" }, async (attempt) => {
        await attempt.send({ ...CHANGE, isApplied: () => false });
        await attempt.send(CHANGE);
      }),
    );

    expect(error.outcome).toBe("not_applied");
  });
});

describe("a failure that is not the vendor's", () => {
  it("is reported without its own message", async () => {
    const { client, requests } = createScripted([ok]);

    const error = await failingSend(() =>
      client.perform({ operation: "register" }, () => Promise.reject(new Error("GXK204"))),
    );

    expect(error).toMatchObject({ code: "unavailable", outcome: "not_applied", attempts: 0 });
    expect(JSON.stringify(error)).not.toContain("GXK204");
    expect(requests).toHaveLength(0);
  });

  it("of a listener that throws or rejects is ignored", async () => {
    const throwing = createScripted([ok], {
      onEvent() {
        throw new Error("broken listener");
      },
    });
    const rejecting = createScripted([ok], { onEvent: () => Promise.reject(new Error("broken listener")) });

    await letTimePass(throwing.send());
    await letTimePass(rejecting.send());
    await idle();
  });

  it("of a header that cannot be written: nothing is sent, and its value is not shown", async () => {
    const { send, requests } = createScripted([ok]);

    const error = await failingSend(() => send({ ...CHANGE, headers: { authorization: "Bearer to\nken" } }));

    expect(error).toMatchObject({ code: "invalid_config", outcome: "not_applied", attempts: 0 });
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("Bearer");
    expect(requests).toHaveLength(0);
  });
});
