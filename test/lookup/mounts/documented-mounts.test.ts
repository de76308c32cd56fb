import { readFileSync } from "node:fs";
import express from "express";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import type { PermitLookupHandler } from "../../../src/lookup/handler.ts";
import { toExpressHandler } from "../../../src/lookup/mounts/express.ts";
import { toFastifyHandler } from "../../../src/lookup/mounts/fastify.ts";
import { openCampus, permit } from "../campus.ts";
import { listen } from "../hosts/node-server.ts";

// README and guide mount the lookup in the same way, so that each body reaches it.

const closers: Array<() => unknown> = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** The text of both pages. */
const mounts: Record<string, (handler: PermitLookupHandler) => Promise<string>> = {
  async express(handler) {
    const app = express();
    app.use("/enforcement/lookup", toExpressHandler(handler));
    app.use(express.json());
    const { origin, close } = await listen(app);
    closers.push(close);
    return origin;
  },
  async fastify(handler) {
    const app = fastify({ forceCloseConnections: true });
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
      scope.all("/enforcement/lookup", toFastifyHandler(handler));
    });
    closers.push(() => app.close());
    return app.listen({ port: 0, host: "127.0.0.1" });
  },
};

describe.each(Object.entries(mounts))("%s, as documented", (_, serve) => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, string, number, string]>([
    ["cut off", '{"plate":"GX', "application/json", 400, "invalid_request"],
    ["empty", "", "application/json", 400, "invalid_request"],
    ["no UTF-8", new Uint8Array([0x22, 0xc9, 0x22]), "application/json", 400, "invalid_request"],
    ["of another type", "plate=GXK204", "application/x-www-form-urlencoded", 415, "unsupported_media_type"],
    ["too large", `{"plate":"${"x".repeat(20_000)}"}`, "application/json", 413, "body_too_large"],
  ])(
    "a body that is %s is answered in the dialect's format and recorded in the audit",
    async (_name, body, type, status, code) => {
      const { handler, key, audits } = openCampus({ permits: [permit()] });
      const url = `${await serve(handler)}/enforcement/lookup`;
      const headers = { "content-type": type, "x-api-key": key };
      const response = await fetch(url, { method: "POST", headers, body });
      expect([response.status, await response.json()]).toMatchObject([status, { error: { code } }]);
      expect(audits).toMatchObject([{ status: "refused", reason: code, httpStatus: status }]);
    },
  );

  it("a plate with U+FFFD in valid UTF-8 is a plate that cannot be read, not a bad body", async () => {
    const { handler, key, audits } = openCampus();
    const url = `${await serve(handler)}/enforcement/lookup`;
    const headers = { "content-type": "application/json", "x-api-key": key };
    await fetch(url, { method: "POST", headers, body: '{"plate":"GX\uFFFD204"}' });
    expect(audits).toMatchObject([{ status: "undetermined", reason: "invalid_request", httpStatus: 503 }]);
  });

  it("a query is answered, and another method gets 405", async () => {
    const { handler, key } = openCampus({ permits: [permit()] });
    const url = `${await serve(handler)}/enforcement/lookup`;
    const headers = { "content-type": "application/json", "x-api-key": key };
    const response = await fetch(url, { method: "POST", headers, body: '{"plate":"GXK204"}' });
    expect(await response.json()).toMatchObject({ sessions: [{ permitId: "P-1" }] });
    expect((await fetch(url)).status).toBe(405);
  });
});

describe("README and guide", () => {
  const pages = ["README.md", "docs/guide/lookup.md"].map((page) => readFileSync(page, "utf8"));
  const blockOf = (page: string, name: string) =>
    page
      .split("```ts\n")
      .find((block) => block.startsWith(`// ${name}.ts`))
      ?.split("```")[0] ?? "";

  it("mount Express in the same way, before body parsers", () => {
    for (const page of pages) {
      const block = blockOf(page, "express");
      expect(block).toContain(
        'app.use("/enforcement/lookup", toExpressHandler(handler)); // before body parsers\n',
      );
      expect(block.indexOf("toExpressHandler(handler)")).toBeLessThan(block.indexOf("express.json()"));
    }
  });

  it("mount Fastify in the same way, with unparsed bodies", () => {
    for (const page of pages) {
      const block = blockOf(page, "fastify");
      expect(block).toMatch(
        /app\.register\(async \(scope\) => \{\n {2}scope\.removeAllContentTypeParsers\(\);.*\n {2}scope\.addContentTypeParser\("\*", \{ parseAs: "buffer" \}, .*\n {2}scope\.all\("\/enforcement\/lookup", toFastifyHandler\(handler\)\);/,
      );
    }
  });
});
