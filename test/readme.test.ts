import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../src/sandbox/index.ts";
import { createDocumentedProject, type DocumentedProject } from "./support/documented-project.ts";

let project: DocumentedProject;

beforeAll(() => {
  project = createDocumentedProject("README.md", ["express", "fastify", "@types/express"]);
});
afterAll(() => project?.remove());

describe("the README's TypeScript", () => {
  it("is in named files, each of which a test below runs", () => {
    expect(project.names).toEqual([
      ...["host.ts", "passport.ts", "push.ts", "sync.ts"],
      ...["express.ts", "fastify.ts", "check.ts"],
    ]);
  });

  it("compiles in a strict project", async () => {
    expect(await project.compile()).toBe("");
  });

  /** Runs a block against the sandbox: its requests to Passport's staging host go there. */
  async function runBesidePassport(name: string) {
    const { passport: sandbox, listen } = createSandbox({
      passport: { zones: [{ id: "7d0f6a52-0c52-4a8b-9f55-3c1f1d0f7a11", number: "101", name: "Lot 101" }] },
    });
    const server = await listen();
    const redirect = `const { fetch } = globalThis;
      globalThis.fetch = async (input, init) => {
        const request = new Request(input, init);
        const url = request.url.replace("https://api.staging.passportinc.com", ${JSON.stringify(server.passportUrl)});
        return fetch(url, { method: request.method, headers: request.headers, body: await request.text() || undefined });
      };`;
    const { stdout, stderr } = await project.run(name, {
      nodeArguments: ["--import", `data:text/javascript,${encodeURIComponent(redirect)}`],
      environment: {
        PASSPORT_OPERATOR_ID: sandbox.operatorId,
        PASSPORT_CLIENT_ID: sandbox.clientId,
        PASSPORT_CLIENT_SECRET: sandbox.clientSecret,
        LEDGER_PATH: join(project.folder, "enforcement.db"),
      },
    });
    await server.close();
    expect(stderr).not.toContain("unauthorized");
    return { stdout, sessions: [...sandbox.sessions.values()] };
  }

  it("pushes a permit", async () => {
    const { stdout, sessions } = await runBesidePassport("push.ts");
    expect(stdout).toMatch(/^registered until \d{4}-\d\d-\d\dT/);
    expect(sessions).toMatchObject([{ plate: "GXK204", state: "NB", country: "CA" }]);
  });

  it("keeps a permit in a ledger and delivers it", async () => {
    const { stdout, sessions } = await runBesidePassport("sync.ts");
    expect(stdout).toContain("acknowledged");
    expect(stdout).toContain("pending: 0 failed: 0");
    expect(sessions).toMatchObject([{ plate: "GXK204", endTime: new Date("2026-12-31T23:59:59-04:00") }]);
  });

  it("reports a name that differs", async () => {
    const { stdout } = await project.run("check.ts");
    expect(stdout).toContain("name_differs");
    expect(stdout).toContain("permits would silently not appear");
  });

  it.each([
    ["express.ts", (line: string) => ({ "x-api-key": line.split(" ")[1] ?? "" })],
    [
      "fastify.ts",
      (line: string) => ({ authorization: `Basic ${btoa(line.split(" ").slice(1).join(":"))}` }),
    ],
  ])("answers a lookup (%s)", async (name, toHeader) => {
    const server = await project.serve(name);
    try {
      await expect.poll(server.output).toContain("\n");
      const credentials = toHeader(server.output().trim());
      const ask = (headers: Record<string, string>, plate: string) =>
        fetch(`${server.origin}/enforcement/lookup`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ plate }),
        });
      expect(await (await ask(credentials, "GXK-204")).json()).toMatchObject({
        sessions: [{ permitId: "P-1" }],
      });
      expect(await (await ask(credentials, "NOBODY")).json()).toEqual({ sessions: [] });
      expect((await ask({}, "GXK-204")).status).toBe(401);
      const cutOff = await fetch(`${server.origin}/enforcement/lookup`, {
        method: "POST",
        headers: { "content-type": "application/json", ...credentials },
        body: '{"plate":"GX',
      });
      expect(await cutOff.json()).toMatchObject({ error: { code: "invalid_request" } });
    } finally {
      await server.stop();
    }
  });
});
