import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LookupReason } from "../../src/core/lookup/dialect.ts";
import { createDocumentedProject, type DocumentedProject } from "../support/documented-project.ts";

const servers = ["node-http.ts", "express.ts", "fastify.ts", "hono.ts", "koa.ts"];
const installed = [
  ...["express", "fastify", "hono", "@hono/node-server", "koa", "pino", "rate-limiter-flexible"],
  ...["@types/express", "@types/koa"],
];

let project: DocumentedProject;
let username: string;
let password: string;

beforeAll(async () => {
  project = createDocumentedProject("docs/guide/lookup.md", installed);
  [username = "", password = ""] = (await project.run("issue.ts")).stdout.trim().split(" ");
});
afterAll(() => project?.remove());

function ask(origin: string, plate: string, headers: Record<string, string>): Promise<Response> {
  return fetch(`${origin}/enforcement/lookup`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ plate }),
  });
}

const basic = (secret: string) => ({ authorization: `Basic ${btoa(`${username}:${secret}`)}` });

describe("the guide to lookups", () => {
  it("has its TypeScript in named files, each of which a test below runs", () => {
    expect(project.names).toEqual([
      ...["permits.ts", "credentials.ts", "issue.ts", "rotate.ts", "lookup.ts"],
      ...servers,
      ...["route.ts", "server.ts", "redact.ts", "explain.ts"],
    ]);
  });

  it("compiles in a strict project", async () => {
    expect(await project.compile()).toBe("");
  });

  it("stores no password", () => {
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(readFileSync(join(project.folder, "credentials.json"), "utf8")).not.toContain(password);
  });

  it.each(servers)("mounts the lookup (%s)", async (name) => {
    const server = await project.serve(name);
    try {
      const found = await ask(server.origin, "GXK-204", { "x-api-key": password });
      expect(found.headers.get("cache-control")).toBe("no-store");
      expect(await found.json()).toMatchObject({
        sessions: [{ permitId: "P-1", plate: "GXK204", state: "NB" }],
      });
      expect(await (await ask(server.origin, "htr 604", basic(password))).json()).toEqual({ sessions: [] });
      expect((await ask(server.origin, "GXK-204", {})).status).toBe(401);
      expect((await fetch(`${server.origin}/enforcement/lookup`)).status).toBe(405);
    } finally {
      await server.stop();
    }
  });

  it.each([
    ["route.ts", (module: Record<string, unknown>) => module["POST"]],
    ["server.ts", (module: Record<string, unknown>) => (module["default"] as { fetch: unknown }).fetch],
  ])("exports a fetch handler (%s)", async (name, find) => {
    const script = `const module = await import(${JSON.stringify(pathToFileURL(join(project.folder, name)))});
      const handle = (${find.toString()})(module);
      const request = new Request("http://localhost/enforcement/lookup", {
        method: "POST",
        headers: { "content-type": "application/json", "x-api-key": ${JSON.stringify(password)} },
        body: '{"plate":"GXK204"}',
      });
      console.log(await (await handle(request)).text());`;
    const { stdout } = await project.run("--input-type=module", { programArguments: ["--eval", script] });
    expect(JSON.parse(stdout)).toMatchObject({ sessions: [{ permitId: "P-1" }] });
  });

  it("throttles only requests without a credential", async () => {
    const server = await project.serve("node-http.ts");
    try {
      const statuses = [];
      for (let count = 0; count < 21; count += 1)
        statuses.push((await ask(server.origin, "GXK204", {})).status);
      expect(statuses).toEqual([...Array(20).fill(401), 429]);
      expect((await ask(server.origin, "GXK204", basic(password))).status).toBe(200);
    } finally {
      await server.stop();
    }
  });

  it("rotates a password without shutting the vendor out", async () => {
    const rotate = async (action: string) =>
      (await project.run("rotate.ts", { programArguments: [action, username] })).stdout
        .trim()
        .split(" ")[1] ?? "";
    const server = await project.serve("express.ts");
    const works = async (secret: string) =>
      (await ask(server.origin, "GXK204", basic(secret))).status === 200;
    try {
      const renewed = await rotate("start");
      expect([await works(password), await works(renewed)]).toEqual([true, true]);
      await rotate("finish");
      expect([await works(password), await works(renewed)]).toEqual([false, true]);
    } finally {
      await server.stop();
    }
  });

  it("finds redacted records", async () => {
    expect((await project.run("redact.ts")).stdout).toContain("1 record found");
  });

  it("has a row for every reason", () => {
    const reasons = {
      match: 0,
      match_region_unknown: 0,
      match_ocr: 0,
      match_grace: 0,
      no_permit: 0,
      expired: 0,
      not_yet_valid: 0,
      other_location: 0,
      switched_off: 0,
      region_differs: 0,
      unknown_place: 0,
      unknown_company: 0,
      unknown_locations: 0,
      source_failed: 0,
      source_timeout: 0,
      aborted: 0,
      invalid_request: 0,
    } satisfies Record<LookupReason, number>;
    const page = readFileSync("docs/guide/lookup.md", "utf8");
    const named = page
      .split("\n")
      .flatMap((line) => /^\| `([a-z_`, ]+)` +\|/.exec(line)?.[1]?.split("`, `") ?? []);
    for (const reason of Object.keys(reasons)) expect(named).toContain(reason);
  });

  it("explains why she got a ticket", async () => {
    const { stdout } = await project.run("explain.ts", { programArguments: ["HTR 604"] });
    expect(stdout).toContain('Plate HTR604, typed as "htr 604", of company fundy at 20');
    expect(stdout).toContain("No permit (expired): permit P-2 ended at 2026-05-01T03:00:00.000Z");
    expect(stdout).toContain("Asked again, the answer is the same.");
  });
});
