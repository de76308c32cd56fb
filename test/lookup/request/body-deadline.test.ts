import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { FindPermits, PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { toFastifyHandler } from "../../../src/lookup/mounts/fastify.ts";
import { type NodeRequest, type NodeResponse, toNodeHandler } from "../../../src/lookup/mounts/node.ts";
import { openCampus, permit } from "../campus.ts";

// The time that a body takes to arrive counts towards the deadline. Time is injected: nothing here waits for a real clock.

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A request whose body a test sends piece by piece, and the reply. */
function open(handler: PermitLookupHandler, key: string) {
  const stream = new PassThrough();
  const request: NodeRequest = Object.assign(stream, {
    method: "POST",
    url: "/lookup",
    headers: { "content-type": "application/json", "x-api-key": key },
  });
  const written: Array<{ status: number; body: string }> = [];
  let status = 0;
  const response: NodeResponse = {
    destroyed: false,
    writableEnded: false,
    get headersSent() {
      return written.length > 0;
    },
    once: () => undefined,
    destroy: () => written.push({ status: 0, body: "" }),
    writeHead: (code) => {
      status = code;
    },
    end: (body) => written.push({ status, body }),
  };
  toNodeHandler(handler)(request, response);
  return { send: (text: string) => stream.write(text), end: (text: string) => stream.end(text), written };
}

/** Runs everything that needs no time. */
async function settle() {
  await vi.advanceTimersByTimeAsync(0);
  const { setImmediate: turn } =
    await vi.importActual<typeof import("node:timers/promises")>("node:timers/promises");
  for (let count = 0; count < 5; count += 1) await turn();
}

async function pass(milliseconds: number) {
  await settle();
  await vi.advanceTimersByTimeAsync(milliseconds);
  await settle();
}

const never: FindPermits = () => new Promise(() => {});

describe("a slow body", () => {
  it("leaves the source the rest of the deadline", async () => {
    const { handler, key, audits } = openCampus({ findPermits: never, deadlineMs: 2_000 });
    const { send, end, written } = open(handler, key);
    send('{"plate":');
    await pass(1_500);
    end('"GXK204"}');
    await pass(499);
    expect(written).toEqual([]);
    await pass(1);
    expect(written).toMatchObject([{ status: 503 }]);
    expect(audits).toMatchObject([
      { status: "undetermined", reason: "source_timeout", asked: { plate: "GXK204" }, durationMs: 2_000 },
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is answered like any other when it arrives in time", async () => {
    const { handler, key, audits } = openCampus({ permits: [permit()], deadlineMs: 2_000 });
    const { send, end, written } = open(handler, key);
    send('{"plate":');
    await pass(1_999);
    end('"GXK204"}');
    await pass(0);
    expect(written).toMatchObject([{ status: 200, body: expect.stringContaining("P-1") }]);
    expect(audits).toMatchObject([{ status: "valid", durationMs: 1_999 }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["unavailable", 503, 503],
    // No credential was recognised: the reply is not "no permit".
    ["deny", 503, 503],
    ["drop", 0, 0],
  ] as const)(
    "that has not arrived by the deadline makes the answer undetermined: %s",
    async (whenUndetermined, status, http) => {
      const { handler, key, audits } = openCampus({
        permits: [permit()],
        deadlineMs: 2_000,
        whenUndetermined,
      });
      const { send, end, written } = open(handler, key);
      send('{"plate":');
      await pass(1_999);
      expect(written).toEqual([]);
      await pass(1);
      expect(written).toMatchObject([{ status }]);
      expect(audits).toMatchObject([
        {
          status: "undetermined",
          reason: "source_timeout",
          httpStatus: http,
          failure: { at: "request", message: "body: had not arrived when deadlineMs had passed." },
        },
      ]);
      end('"GXK204"}');
      await pass(10_000);
      expect([written.length, audits.length, vi.getTimerCount()]).toEqual([1, 1, 0]);
    },
  );

  it("counts in the fetch form as well", async () => {
    const { handler, key, audits } = openCampus({ permits: [permit()], deadlineMs: 2_000 });
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(new TextEncoder().encode('{"plate":'));
        await new Promise((resolve) => setTimeout(resolve, 5_000));
      },
    });
    const asked = handler(
      new Request("http://lookup.test/", {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": key },
        body,
        duplex: "half",
      } as RequestInit),
    );
    await pass(2_000);
    expect((await asked).status).toBe(503);
    expect(audits).toMatchObject([{ reason: "source_timeout", failure: { at: "request" } }]);
  });

  it("counts behind Fastify's parser, where Fastify measures it", async () => {
    const { handler, key, audits } = openCampus({ permits: [permit()], deadlineMs: 2_000 });
    const statuses: number[] = [];
    for (const elapsedTime of [0, 1_999, 2_001]) {
      const request = {
        method: "POST",
        url: "/",
        headers: { "content-type": "application/json", "x-api-key": key },
        body: { plate: "GXK204" },
      };
      const raw = { destroyed: false, writableEnded: false, once: () => undefined, destroy: () => undefined };
      const code = (status: number) => statuses.push(status);
      const reply = {
        raw,
        elapsedTime,
        code,
        headers: () => undefined,
        send: () => undefined,
        hijack: () => undefined,
      };
      toFastifyHandler(handler)(request, reply);
      await settle();
    }
    expect(statuses).toEqual([200, 200, 503]);
    expect(audits.map(({ durationMs }) => durationMs)).toEqual([0, 1_999, 2_001]);
  });

  it("counts where a host's own mount says when the request arrived", async () => {
    const { handler, key, audits } = openCampus({ permits: [permit()], deadlineMs: 2_000 });
    const headers: Record<string, string> = { "content-type": "application/json", "x-api-key": key };
    const request = {
      method: "POST",
      path: "/",
      query: "",
      header: (name: string) => headers[name],
      body: '{"plate":"GXK204"}',
    };
    const startedAt = performance.now();
    await pass(2_001);
    await handler.answer(request, { startedAt });
    await handler.answer(request);
    expect(audits.map(({ reason }) => reason)).toEqual(["source_timeout", "match_region_unknown"]);
  });
});
