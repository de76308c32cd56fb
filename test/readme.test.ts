import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox } from "../src/sandbox/index.ts";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "..");
const readme = readFileSync(join(repository, "README.md"), "utf8");
const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => match[1] ?? "");
const named = blocks.map((text) => ({ text, name: /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] }));

/** A host's project that holds the README's blocks as files. */
let project: string;

beforeAll(() => {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  project = mkdtempSync(join(tmpdir(), "enforcement-readme-"));
  for (const { name, text } of named) if (name !== undefined) writeFileSync(join(project, name), text);
  link("@offstreet/enforcement", repository);
  for (const name of ["express", "fastify", "@types/node", "@types/express"]) {
    link(name, join(repository, "node_modules", name));
  }
  const compilerOptions = {
    ...{ module: "nodenext", target: "es2023", strict: true, exactOptionalPropertyTypes: true, noEmit: true },
    ...{ allowImportingTsExtensions: true, noUnusedLocals: true, skipLibCheck: true, types: ["node"] },
  };
  writeFileSync(join(project, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  writeFileSync(join(project, "package.json"), JSON.stringify({ type: "module" }));
});

afterAll(() => rmSync(project, { recursive: true, force: true }));

function link(name: string, target: string): void {
  const path = join(project, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

describe("the README's TypeScript", () => {
  it("stands in named files, each of which a test below runs", () => {
    expect(named.map(({ name }) => name)).toEqual([
      "host.ts",
      "push.ts",
      "express.ts",
      "fastify.ts",
      "check.ts",
    ]);
  });

  it("compiles in a strict project", async () => {
    const compiler = join(repository, "node_modules/typescript/bin/tsc");
    const { stdout } = await run(process.execPath, [compiler, "-p", "."], { cwd: project }).catch(
      (failure) => failure,
    );
    expect(stdout).toBe("");
  });

  it("pushes a permit", async () => {
    const { passport: sandbox, listen } = createSandbox({
      passport: { zones: [{ id: "7d0f6a52-0c52-4a8b-9f55-3c1f1d0f7a11", number: "101", name: "Lot 101" }] },
    });
    const server = await listen();
    // What the block sends to Passport's staging host goes to the sandbox.
    const redirect = `const { fetch } = globalThis;
      globalThis.fetch = async (request) => {
        const url = request.url.replace("https://api.staging.passportinc.com", ${JSON.stringify(server.passportUrl)});
        return fetch(url, { method: request.method, headers: request.headers, body: await request.text() || undefined });
      };`;
    const { stdout, stderr } = await run(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(redirect)}`, "push.ts"],
      {
        cwd: project,
        env: {
          PASSPORT_OPERATOR_ID: sandbox.operatorId,
          PASSPORT_CLIENT_ID: sandbox.clientId,
          PASSPORT_CLIENT_SECRET: sandbox.clientSecret,
        },
      },
    );
    await server.close();
    expect(stderr).not.toContain("unauthorized");
    expect(stdout).toMatch(/^registered until \d{4}-\d\d-\d\dT/);
    expect([...sandbox.sessions.values()]).toMatchObject([{ plate: "GXK204", state: "NB", country: "CA" }]);
  });

  it("tells a name that differs", async () => {
    const { stdout } = await run(process.execPath, ["check.ts"], { cwd: project });
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
    const port = await findFreePort();
    const child = spawn(process.execPath, [name], { cwd: project, env: { PORT: String(port) } });
    try {
      const credentials = toHeader(await firstLine(child));
      const ask = (headers: Record<string, string>, plate: string) =>
        fetch(`http://127.0.0.1:${port}/enforcement/lookup`, {
          method: "POST",
          headers: { "content-type": "application/json", ...headers },
          body: JSON.stringify({ plate }),
        });
      expect(await (await ask(credentials, "GXK-204")).json()).toMatchObject({
        sessions: [{ permitId: "P-1" }],
      });
      expect(await (await ask(credentials, "NOBODY")).json()).toEqual({ sessions: [] });
      expect((await ask({}, "GXK-204")).status).toBe(401);
    } finally {
      child.kill();
    }
  });
});

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error("No output.");
  const lines = createInterface(child.stdout);
  const ended = once(child, "exit").then(() => {
    throw new Error("The example ended before it was ready.");
  });
  ended.catch(() => {});
  const [line] = await Promise.race([once(lines, "line"), ended]);
  return line as string;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}
