import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../src/sandbox/index.ts";
import { createDocumentedProject, type DocumentedProject } from "./support/documented-project.ts";

let project: DocumentedProject;

beforeAll(() => {
  project = createDocumentedProject("README.md", ["express", "fastify", "@types/express"]);
});
afterAll(() => project?.remove());

describe("the README's first code", () => {
  const readme = readFileSync("README.md", "utf8");
  const [first = ""] = /^```(?!sh).*?^```$/ms.exec(readme) ?? [];
  const [, code = ""] = /^```js\n(\/\/ first-push\.mjs\n.*?)^```$/ms.exec(first) ?? [];

  it("runs in an empty project as it stands: no credentials, no settings, nothing of the environment", async () => {
    const folder = mkdtempSync(join(tmpdir(), "enforcement-first-"));
    try {
      mkdirSync(join(folder, "node_modules/@offstreet"), { recursive: true });
      symlinkSync(resolve("."), join(folder, "node_modules/@offstreet/enforcement"));
      writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "empty", version: "1.0.0" }));
      writeFileSync(join(folder, "first-push.mjs"), code);
      const run = promisify(execFile);
      const { stdout, stderr } = await run(process.execPath, ["first-push.mjs"], { cwd: folder, env: {} });
      expect(stderr).toBe("");
      const [, shown = ""] = /^```\n(registered until .*?)^```$/ms.exec(readme) ?? [];
      const withoutInstant = (text: string) => text.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/, "…");
      expect(withoutInstant(stdout)).toBe(withoutInstant(shown));
      expect(stdout).toMatch(/^registered until \d{4}-.*Z\nan officer sees GXK204 NB active\n$/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("type-checks, and so does what the README says to change for the vendor itself", async () => {
    const vendor = code.replace(
      /createPassportProvider\(\{.*?\}\)/,
      'createPassportProvider({ operatorId, clientId, clientSecret, environment: "staging" })',
    );
    expect(vendor).not.toBe(code);
    writeFileSync(join(project.folder, "first-push.mts"), code);
    writeFileSync(join(project.folder, "first-push-staging.mts"), vendor.replace("passportUrl, ", ""));
    const { include, ...settings } = JSON.parse(readFileSync(join(project.folder, "tsconfig.json"), "utf8"));
    expect(include).toEqual(["*.ts"]);
    writeFileSync(
      join(project.folder, "tsconfig.first.json"),
      JSON.stringify({ ...settings, include: ["*.mts"] }),
    );
    expect(await project.compile("tsconfig.first.json")).toBe("");
  });

  it("comes before any code that needs credentials", () => {
    expect(code).not.toBe("");
    expect(code).not.toContain("process.env");
    expect(readme.indexOf("first-push.mjs")).toBeLessThan(readme.indexOf("process.env"));
  });
});

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
