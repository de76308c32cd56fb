import { describe, expect, it } from "vitest";
import { createFaults, createFaultsWith, type Fault } from "../../src/sandbox/faults.ts";
import { handTimers } from "../support/hand-timers.ts";

function createTarget() {
  const timers = handTimers();
  const faults = createFaultsWith(timers);
  const applied: string[] = [];
  const handler = faults.wrap(async (request) => {
    applied.push(new URL(request.url).pathname);
    return Response.json({ data: ["whole"] });
  });
  const call = (path = "/permits", init?: RequestInit) =>
    handler(new Request(`https://vendor.test${path}`, init));
  return { faults, applied, call, timers };
}

describe("a fault", () => {
  it.each<[Fault, number, string, number]>([
    [{ kind: "status", status: 503 }, 503, "", 0],
    [{ kind: "status", status: 400, body: { code: 1 } }, 400, '{"code":1}', 0],
    [{ kind: "status", status: 500, body: "broken" }, 500, "broken", 0],
    [{ kind: "rate-limit" }, 429, "", 0],
    [{ kind: "html" }, 200, "<!doctype html><title>Maintenance</title><p>Back soon.", 0],
    [{ kind: "html", applied: true }, 200, "<!doctype html><title>Maintenance</title><p>Back soon.", 1],
    [{ kind: "empty" }, 200, "", 0],
    [{ kind: "empty", applied: true }, 200, "", 1],
    [{ kind: "truncated" }, 200, '{"data":[', 1],
    [{ kind: "huge", bytes: 3 }, 200, "   ", 0],
    [{ kind: "huge", bytes: 3, applied: true }, 200, "   ", 1],
    [{ kind: "slow", delayMs: 1 }, 200, '{"data":["whole"]}', 1],
    [{ kind: "redirect", location: "https://elsewhere.test/" }, 302, "", 0],
    [{ kind: "redirect", location: "https://elsewhere.test/", status: 307 }, 307, "", 0],
  ])("applies once, and the next request passes: %o", async (fault, status, body, appliedCount) => {
    const { faults, applied, call, timers } = createTarget();
    faults.add(fault);

    const called = call();
    timers.fire();
    const response = await called;

    expect(response.status).toBe(status);
    expect(await response.text()).toBe(body);
    expect(applied).toHaveLength(appliedCount);
    expect(faults.pending).toBe(0);
    expect(await (await call()).json()).toEqual({ data: ["whole"] });
  });

  it.each<[Fault, string, string]>([
    [{ kind: "rate-limit", retryAfter: 7 }, "retry-after", "7"],
    [
      { kind: "rate-limit", retryAfter: "Tue, 01 Sep 2026 12:00:00 GMT" },
      "retry-after",
      "Tue, 01 Sep 2026 12:00:00 GMT",
    ],
    [{ kind: "status", status: 503, headers: { "x-reason": "upgrade" } }, "x-reason", "upgrade"],
    [{ kind: "html" }, "content-type", "text/html; charset=utf-8"],
    [{ kind: "truncated" }, "content-type", "application/json"],
    [{ kind: "redirect", location: "https://elsewhere.test/" }, "location", "https://elsewhere.test/"],
  ])("sends its headers: %o", async (fault, name, value) => {
    const { faults, call } = createTarget();
    faults.add(fault);

    expect((await call()).headers.get(name)).toBe(value);
  });

  it.each([
    { kind: "reset-before" as const, appliedCount: 0 },
    { kind: "reset-after" as const, appliedCount: 1 },
  ])("breaks the connection: $kind", async ({ kind, appliedCount }) => {
    const { faults, applied, call } = createTarget();
    faults.add({ kind });

    await expect(call()).rejects.toMatchObject({ name: "TypeError", cause: { code: "ECONNRESET" } });
    expect(applied).toHaveLength(appliedCount);
  });

  it.each([
    { kind: "timeout-before" as const, appliedCount: 0 },
    { kind: "timeout-after" as const, appliedCount: 1 },
  ])("never answers until the client gives up: $kind", async ({ kind, appliedCount }) => {
    const { faults, applied, call } = createTarget();
    const client = new AbortController();
    faults.add({ kind });

    const held = call("/permits", { signal: client.signal });
    client.abort(new Error("gave up"));

    await expect(held).rejects.toThrow("gave up");
    expect(applied).toHaveLength(appliedCount);
  });

  it("that holds a request is released by breaking the connection", async () => {
    const { faults, call } = createTarget();
    faults.add({ kind: "timeout-before", times: 2 });
    const held = [call(), call()];

    faults.release();

    const results = await Promise.allSettled(held);
    expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(await (await call()).json()).toEqual({ data: ["whole"] });
  });

  it("that delays answers after its time, and not before", async () => {
    const { faults, applied, call, timers } = createTarget();
    faults.add({ kind: "slow", delayMs: 3_600_000 });

    const held = call();
    const before = [timers.set, [...applied]];
    timers.fire();

    expect(before).toEqual([[3_600_000], []]);
    expect(await (await held).json()).toEqual({ data: ["whole"] });
    expect(applied).toHaveLength(1);
  });

  it("that delays ends with its client, and the request is not applied", async () => {
    const { faults, applied, call, timers } = createTarget();
    const client = new AbortController();
    faults.add({ kind: "slow", delayMs: 3_600_000 });

    const held = call("/permits", { signal: client.signal });
    client.abort(new Error("gave up"));

    await expect(held).rejects.toThrow("gave up");
    expect(applied).toEqual([]);
    expect(timers.set).toEqual([]);
  });

  it("that is huge is generated while it is read", async () => {
    const { faults, call } = createTarget();
    faults.add({ kind: "huge", bytes: 1e12 });

    const reader = (await call()).body?.getReader();
    const chunk = await reader?.read();
    await reader?.cancel();

    expect(chunk?.value?.length).toBe(65_536);
  });
});

describe("the queue", () => {
  it("applies each fault in order, as often as it says", async () => {
    const { faults, call } = createTarget();
    faults.add({ kind: "status", status: 503, times: 2 });
    faults.add({ kind: "rate-limit" });
    expect(faults.pending).toBe(3);

    const statuses: number[] = [];
    for (let index = 0; index < 4; index += 1) statuses.push((await call()).status);

    expect(statuses).toEqual([503, 503, 429, 200]);
    expect(faults.pending).toBe(0);
  });

  it("lets a request pass whose path no fault matches", async () => {
    const { faults, call } = createTarget();
    faults.add({ kind: "status", status: 500, path: "/permits/update" });
    faults.add({ kind: "status", status: 501, path: /\/zones$/g });

    const statuses: number[] = [];
    for (const path of ["/permits", "/a/zones", "/a/permits/update"])
      statuses.push((await call(path)).status);

    expect(statuses).toEqual([200, 501, 500]);
  });

  it("can be cleared, also of a fault that never ends", async () => {
    const { faults, call } = createTarget();
    faults.add({ kind: "status", status: 503, times: Number.POSITIVE_INFINITY });
    const during = [(await call()).status, (await call()).status, faults.pending];

    faults.clear();

    expect(during).toEqual([503, 503, Number.POSITIVE_INFINITY]);
    expect((await call()).status).toBe(200);
  });

  const wrong: [string, object, string][] = [
    ["an unknown kind", { kind: "flood" }, "fault.kind"],
    ["an unknown field", { kind: "empty", bytes: 1 }, '"bytes"'],
    ["no times", { kind: "empty", times: 0 }, "fault.times"],
  ];
  it.each(wrong)("refuses a fault with %s", (_, change, words) => {
    const fault: Fault = Object.assign({ kind: "empty" as const }, change);

    expect(() => createFaults().add(fault)).toThrow(words);
  });
});
