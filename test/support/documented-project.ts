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
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");
const modules = join(repository, "node_modules");

/** A host's project that holds the TypeScript of one page of documentation as files. */
export interface DocumentedProject {
  /** The file name in each block's first line, in their order; `undefined` where a block has none. */
  readonly names: readonly (string | undefined)[];
  readonly folder: string;
  /** The compiler's errors in a strict project; empty when there are none. `settings`: another file of settings there. */
  compile(settings?: string): Promise<string>;
  /** Runs one file to its end. */
  run(name: string, options?: RunOptions): Promise<{ stdout: string; stderr: string }>;
  /** Starts a file that serves on `process.env.PORT`, as soon as it listens. */
  serve(name: string): Promise<DocumentedServer>;
  remove(): void;
}

export interface RunOptions {
  readonly programArguments?: readonly string[];
  readonly nodeArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

export interface DocumentedServer {
  readonly origin: string;
  /** What it has printed so far. */
  readonly output: () => string;
  stop(): Promise<void>;
}

const tsconfig = {
  compilerOptions: {
    module: "nodenext",
    target: "es2023",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    allowImportingTsExtensions: true,
    noUnusedLocals: true,
    skipLibCheck: true,
    types: ["node"],
  },
  include: ["*.ts"],
};

/** Writes the page's TypeScript into a new project in which this package and the named ones are installed. */
export function createDocumentedProject(page: string, packages: readonly string[]): DocumentedProject {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  const blocks = readBlocks(join(repository, page));
  const folder = mkdtempSync(join(tmpdir(), "enforcement-docs-"));
  for (const { name, text } of blocks) if (name !== undefined) writeFileSync(join(folder, name), text);
  link(folder, "@offstreet/enforcement", repository);
  for (const name of ["@types/node", ...packages]) link(folder, name, join(modules, name));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return {
    names: blocks.map(({ name }) => name),
    folder,
    async compile(settings = "tsconfig.json") {
      const compiler = join(modules, "typescript/bin/tsc");
      const { stdout } = await run(process.execPath, [compiler, "-p", settings], { cwd: folder }).catch(
        (failure) => failure,
      );
      return stdout;
    },
    run: (name, { nodeArguments = [], programArguments = [], environment = {} } = {}) =>
      run(process.execPath, [...nodeArguments, name, ...programArguments], {
        cwd: folder,
        env: environment,
      }),
    async serve(name) {
      const port = await findFreePort();
      const child = spawn(process.execPath, [name], { cwd: folder, env: { PORT: String(port) } });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
      const stop = () => end(child);
      if (!(await isListening(port, child))) throw new Error(`${name} does not serve:\n${output}`);
      return { origin: `http://127.0.0.1:${port}`, output: () => output, stop };
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function readBlocks(path: string): { text: string; name: string | undefined }[] {
  const blocks = readFileSync(path, "utf8").matchAll(/^```ts\n(.*?)^```$/gms);
  return Array.from(blocks, ([, text = ""]) => ({ text, name: /^\/\/ (\S+\.ts)\n/.exec(text)?.[1] }));
}

function link(folder: string, name: string, target: string): void {
  const path = join(folder, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  await ended;
}

/** Waits until the child accepts connections. False when it ended instead. */
async function isListening(port: number, child: ChildProcess): Promise<boolean> {
  while (child.exitCode === null) {
    const socket = connect(port, "127.0.0.1");
    const accepted = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    });
    socket.destroy();
    if (accepted) return true;
    await sleep(20);
  }
  return false;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("No port.");
  return address.port;
}
