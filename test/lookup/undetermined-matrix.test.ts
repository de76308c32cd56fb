import { createRequire } from "node:module";
import express from "express";
import fastify from "fastify";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { PermitLookupHandler, PermitLookupOptions } from "../../src/lookup/handler.ts";
import { toExpressHandler } from "../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../src/lookup/mounts/fastify.ts";
import { toNodeHandler } from "../../src/lookup/mounts/node.ts";
import { createFieldHandheld } from "../../src/vendors/t2-flex/sandbox/field-handheld.ts";
import { minutes, now, openCampus, permit } from "./campus.ts";
import { listen } from "./hosts/node-server.ts";

// What a handheld in the field shows, in each mount, for each policy and each cause of an undetermined answer.

// Typed as Express 5, as far as it is used here.
const express4 = createRequire(import.meta.url)("express4") as typeof express;

const closers: Array<() => Promise<unknown>> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function listenAt(app: Parameters<typeof listen>[0]): Promise<string> {
  const { origin, close } = await listen(app);
  closers.push(close);
  return `${origin}/lookup`;
}

/** Serves a handler and returns a `fetch` that reaches it. */
type Mount = (handler: PermitLookupHandler) => Promise<{ url: string; fetch: typeof fetch }>;
const over = (serve: (handler: PermitLookupHandler) => Promise<string>): Mount => {
  return async (handler) => ({ url: await serve(handler), fetch: globalThis.fetch });
};

const mounts: Record<string, Mount> = {
  "node:http": over((handler) => listenAt(toNodeHandler(handler))),
  "Express 5": over((handler) => listenAt(express().all("/lookup", toExpressHandler(handler)))),
  "Express 4": over((handler) => listenAt(express4().all("/lookup", toExpressHandler(handler)))),
  "Fastify 5": over(async (handler) => {
    const app = fastify({ forceCloseConnections: true });
    app.all("/lookup", toFastifyHandler(handler));
    closers.push(() => app.close());
    return `${await app.listen({ port: 0, host: "127.0.0.1" })}/lookup`;
  }),
  fetch: async (handler) => ({
    url: "http://lookup.test/lookup",
    fetch: async (input, init) => handler(new Request(input as URL, init)),
  }),
};

interface Cause {
  readonly options: Partial<PermitLookupOptions>;
  readonly question: { plate: string; locationId?: string };
  readonly reason: string;
}

const causes: Record<string, Cause> = {
  "a source that fails": {
    options: { findPermits: () => Promise.reject(new Error("gone")) },
    question: { plate: "GXK204" },
    reason: "source_failed",
  },
  "the deadline": {
    options: { findPermits: () => new Promise(() => {}), deadlineMs: 20 },
    question: { plate: "GXK204" },
    reason: "source_timeout",
  },
  "a place that is not there": {
    options: {},
    question: { plate: "GXK204", locationId: "nowhere" },
    reason: "unknown_place",
  },
  "a plate that cannot be read": {
    options: {},
    question: { plate: "GXK \u0410 204" },
    reason: "invalid_request",
  },
  "a plate that is too long": {
    options: {},
    question: { plate: "GXK204GXK204GXK204" },
    reason: "invalid_request",
  },
};

const policies = ["unavailable", "deny", "drop"] as const;

const cases = Object.keys(mounts).flatMap((mount) =>
  policies.flatMap((policy) => Object.keys(causes).map((cause) => [mount, policy, cause] as const)),
);
let run = 0;
afterAll(() => {
  console.log(`whenUndetermined × mount × cause: ${run} of ${cases.length} combinations`);
});

const OTHER = "https://other-vendor.test/search";
const otherReply = () =>
  Response.json({ sessions: [{ plate: "GXK204", endDateTime: minutes(30).toISOString() }] });

/** A handheld that calls this handler first, then another vendor that has a permit for every plate. */
async function openField(mount: string, policy: (typeof policies)[number], cause?: Cause) {
  const campus = openCampus({ permits: [permit()], whenUndetermined: policy, ...cause?.options });
  const { url, fetch } = await (mounts[mount] as Mount)(campus.handler);
  const replies: Array<{ status: number; text: string }> = [];
  const credential = { scheme: "api-key", key: campus.key } as const;
  const handheld = createFieldHandheld({
    vendors: [
      { name: "ours", url, credential },
      { name: "other", url: OTHER, credential },
    ],
    timeoutMs: 300_000,
    clock: () => now,
    fetch: async (input, init) => {
      if (String(input) === OTHER) return otherReply();
      const response = await fetch(input, init);
      replies.push({ status: response.status, text: await response.clone().text() });
      return response;
    },
  });
  return { ...campus, handheld, replies, request: new Request(url), fetch };
}

describe.each(Object.keys(mounts))("%s", (mount) => {
  for (const [, policy, name] of cases.filter(([one]) => one === mount)) {
    const cause = causes[name] as Cause;
    it(`${policy}, ${name}`, { timeout: 120_000 }, async () => {
      const { handheld, audits, replies } = await openField(mount, policy, cause);
      const screen = await handheld.lookup(cause.question);
      const asked = handheld.asked.map(({ vendor }) => vendor);
      run += 1;
      if (mount === "fetch" && policy === "drop") {
        // It refuses each request, so that the host notices at the first one.
        expect([replies, audits]).toEqual([[], []]);
        return;
      }
      const ended = { status: "undetermined", reason: cause.reason };
      switch (policy) {
        case "unavailable":
          expect([screen, asked]).toEqual([{ shows: "nothing" }, ["ours"]]);
          expect(replies).toEqual([{ status: 503, text: expect.stringContaining('"undetermined"') }]);
          expect(audits).toMatchObject([{ ...ended, httpStatus: 503 }]);
          break;
        case "deny":
          expect([screen.shows, asked]).toEqual(["valid", ["ours", "other"]]);
          expect(replies).toEqual([{ status: 200, text: '{"sessions":[]}' }]);
          expect(audits).toMatchObject([{ ...ended, httpStatus: 200 }]);
          break;
        case "drop":
          expect(screen).toMatchObject({ shows: "valid", vendor: "other" });
          expect([asked, replies]).toEqual([["ours", "other"], []]);
          expect(audits).toMatchObject([{ ...ended, httpStatus: 0 }]);
      }
    });
  }

  it.each(policies)(
    "%s: a known answer is given, with or without a permit",
    { timeout: 120_000 },
    async (policy) => {
      const { handheld, replies } = await openField(mount, policy);
      if (mount === "fetch" && policy === "drop") return;
      expect(await handheld.lookup({ plate: "GXK204" })).toMatchObject({ shows: "valid", vendor: "ours" });
      expect(await handheld.lookup({ plate: "HTR604" })).toMatchObject({ shows: "valid", vendor: "other" });
      expect(replies.map(({ status, text }) => [status, text !== ""])).toEqual([
        [200, true],
        [200, true],
      ]);
    },
  );
});

it("the fetch form refuses drop at its first request, for any query", async () => {
  const { handler, audits } = openCampus({ whenUndetermined: "drop" });
  await expect(handler(new Request("http://lookup.test/"))).rejects.toMatchObject({
    code: "invalid_config",
    field: "whenUndetermined",
    message: expect.stringContaining("toNodeHandler"),
  });
  expect(audits).toEqual([]);
});
