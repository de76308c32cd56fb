import express from "express";
import { afterEach, describe, expect, it } from "vitest";
import type { PermitLookupHandler } from "../../src/index.ts";
import { toExpressHandler } from "../../src/lookup/mounts/express.ts";
import { toNodeHandler } from "../../src/lookup/mounts/node.ts";
import { offstreetDialect } from "../../src/vendors/t2-flex/dialects/offstreet/offstreet.ts";
import { createT2FlexProvider } from "../../src/vendors/t2-flex/provider.ts";
import { openCampus, permit } from "./campus.ts";
import { listen } from "./hosts/node-server.ts";

// The mounts answer in the turn in which a body is complete. An error thrown there would end the host's process.

const closers: Array<() => Promise<unknown>> = [];

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function ask(handler: PermitLookupHandler, key: string, mount: "node" | "express") {
  const app = express().all("/lookup", toExpressHandler(handler));
  const { origin, close } = await listen(mount === "node" ? toNodeHandler(handler) : app);
  closers.push(close);
  const headers = { "content-type": "application/json", "x-api-key": key };
  const response = await fetch(`${origin}/lookup`, { method: "POST", headers, body: '{"plate":"GXK204"}' });
  return { status: response.status, text: await response.text() };
}

describe.each(["node", "express"] as const)("over %s", (mount) => {
  it("headers that HTTP cannot carry are a 500, and the process continues", async () => {
    const renderAnswer: typeof offstreetDialect.renderAnswer = (answer) => ({
      ...offstreetDialect.renderAnswer(answer),
      headers: { "x-note": "zwei\nZeilen" },
    });
    const provider = createT2FlexProvider({ dialect: { ...offstreetDialect, renderAnswer } });
    const { handler, key } = openCampus({ permits: [permit()], provider });
    const reply = await ask(handler, key, mount);
    expect(reply.status).toBe(500);
    expect(reply.text).not.toContain("GXK204");
  });

  const trouble = new Error("the host's own trouble");
  it.each<[string, PermitLookupHandler["answer"]]>([
    ["rejects", () => Promise.reject(trouble)],
    [
      "throws",
      () => {
        throw trouble;
      },
    ],
  ])("a host's wrapper around answer() that %s is a 500", async (_, answer) => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const wrapped = Object.assign((request: Request) => handler(request), { answer });
    expect(await ask(wrapped, key, mount)).toMatchObject({ status: 500 });
  });

  it("a host's wrapper around answer() is called", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    let asked = 0;
    const answer: PermitLookupHandler["answer"] = (...args) => {
      asked += 1;
      return handler.answer(...args);
    };
    const wrapped = Object.assign((request: Request) => handler(request), { answer });
    expect(await ask(wrapped, key, mount)).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
  });
});
