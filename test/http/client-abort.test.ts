import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { idle, letTimePass, stopTime } from "../support/fake-time.ts";
import { failureOf } from "../support/registrations.ts";
import { CHANGE, createScripted, ok, QUESTION, refused, silence, status } from "./vendor-script.ts";

beforeEach(() => {
  stopTime();
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A signal that counts its listeners. */
function createCountedSignal() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  vi.spyOn(signal, "addEventListener").mockImplementation(
    (type: string, listener: EventListenerOrEventListenerObject, options) => {
      listeners.add(listener);
      add(type, listener, options);
    },
  );
  vi.spyOn(signal, "removeEventListener").mockImplementation(
    (type: string, listener: EventListenerOrEventListenerObject) => {
      listeners.delete(listener);
      remove(type, listener);
    },
  );
  return { signal, listeners, abort: () => controller.abort(new Error("the caller's own reason GXK204")) };
}

describe("a signal that is aborted", () => {
  it("before the operation: nothing is sent", async () => {
    const { signal, abort } = createCountedSignal();
    const { send, requests } = createScripted([ok]);
    abort();

    const error = await failureOf(() => send(CHANGE, { signal }));

    expect(error).toMatchObject({ code: "aborted", outcome: "not_applied", attempts: 0, retryable: false });
    expect(requests).toHaveLength(0);
  });

  it("while the operation waits for a place: nothing is sent, and the place goes to the next", async () => {
    const { signal, listeners, abort } = createCountedSignal();
    const { send, client, requests } = createScripted([silence, ok], { concurrency: 1 });
    const holder = failureOf(() => client.sendOnce("listZones", QUESTION));
    await idle();
    const waiting = failureOf(() => send(CHANGE, { signal }));
    const next = send();
    await idle();

    abort();

    expect(await waiting).toMatchObject({ code: "aborted", outcome: "not_applied", attempts: 0 });
    expect(listeners.size).toBe(0);
    await letTimePass(Promise.all([holder, next]));
    expect(requests).toHaveLength(2);
  });

  it("while a change is in flight: the outcome is unknown", async () => {
    const { signal, listeners, abort } = createCountedSignal();
    const { send, events } = createScripted([silence]);
    const sending = failureOf(() => send(CHANGE, { signal }));
    await idle();

    abort();

    expect(await sending).toMatchObject({ code: "aborted", outcome: "unknown", attempts: 1 });
    expect(events).toMatchObject([{ type: "attempt", code: "aborted" }]);
    expect(listeners.size).toBe(0);
  });

  it("while a read is in flight: nothing has changed", async () => {
    const { signal, abort } = createCountedSignal();
    const { send } = createScripted([silence]);
    const sending = failureOf(() => send(QUESTION, { signal }));
    await idle();

    abort();

    expect(await sending).toMatchObject({ code: "aborted", outcome: "not_applied", attempts: 1 });
  });

  it.each([
    ["that changed nothing", status(429), "not_applied"],
    ["that may have changed something", status(500), "unknown"],
  ])("between two attempts, after one %s", async (_, step, outcome) => {
    const { signal, listeners, abort } = createCountedSignal();
    const { send, requests } = createScripted([step]);
    const sending = failureOf(() => send(CHANGE, { signal }));
    await idle();
    expect(vi.getTimerCount()).toBe(2);

    abort();

    expect(await sending).toMatchObject({ code: "aborted", outcome, attempts: 1 });
    expect(requests).toHaveLength(1);
    expect(listeners.size).toBe(0);
  });

  it("while the operation waits for the host", async () => {
    const { signal, abort } = createCountedSignal();
    const { client } = createScripted([ok]);
    const waiting = failureOf(() =>
      client.perform({ operation: "register", signal }, (attempt) => attempt.waitFor(new Promise(() => {}))),
    );
    await idle();

    abort();

    expect(await waiting).toMatchObject({ code: "aborted", outcome: "not_applied", attempts: 0 });
  });

  it("never shows its own reason", async () => {
    const { signal, abort } = createCountedSignal();
    const { send } = createScripted([silence]);
    const sending = failureOf(() => send(CHANGE, { signal }));
    await idle();
    abort();

    const error = await sending;

    expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain("GXK204");
  });
});

describe("the caller's signal", () => {
  it("has no listener left after operations that succeeded, failed, or were retried", async () => {
    const { signal, listeners } = createCountedSignal();
    const { send } = createScripted([
      ok,
      status(503),
      ok,
      refused(400),
      status(429, { "retry-after": "99" }),
    ]);

    await letTimePass(send(CHANGE, { signal }));
    await letTimePass(send(CHANGE, { signal }));
    await letTimePass(failureOf(() => send(CHANGE, { signal })));
    await letTimePass(failureOf(() => send(CHANGE, { signal })));

    expect(vi.mocked(signal.addEventListener)).toHaveBeenCalled();
    expect(listeners.size).toBe(0);
  });

  it("may serve a hundred operations at once", async () => {
    const { signal, listeners, abort } = createCountedSignal();
    const { send } = createScripted([silence], { concurrency: 10 });
    const sending = Array.from({ length: 100 }, () => failureOf(() => send(CHANGE, { signal })));
    await idle();

    abort();
    const errors = await Promise.all(sending);

    expect(errors.filter(({ outcome }) => outcome === "unknown")).toHaveLength(10);
    expect(errors.filter(({ outcome }) => outcome === "not_applied")).toHaveLength(90);
    expect(listeners.size).toBe(0);
  });
});
