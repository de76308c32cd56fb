import { type ExecFileOptions, execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const runFile = promisify(execFile);
const repository = resolve(import.meta.dirname, "../..");

/** What a program printed, and how it ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A project outside of this repository, in its own folder. */
export interface HostProject {
  readonly folder: string;
  /** Runs a program in it. A failing program is no error: the test checks the exit code. */
  run(program: string, programArguments: readonly string[], options?: ExecFileOptions): Promise<Ended>;
  remove(): void;
}

/** Packs the built package into a folder, as it would be published, and returns the tarball's path. */
export async function packPackage(folder: string): Promise<string> {
  if (!existsSync(join(repository, "dist/index.js"))) throw new Error("dist is missing; run: npm run build");
  const { stdout } = await runFile(
    "npm",
    ["pack", "--ignore-scripts", "--json", "--pack-destination", folder],
    { cwd: repository, env: outsideEnvironment() },
  );
  const packed = JSON.parse(stdout);
  const { filename } = Array.isArray(packed) ? packed[0] : (Object.values(packed)[0] as { filename: string });
  return join(folder, filename);
}

/** Creates a project. `files` are texts by their path; `from` is a folder whose files are copied first. */
export function createProject({
  from,
  files = {},
}: {
  from?: string;
  files?: Readonly<Record<string, string>>;
}): HostProject {
  const folder = mkdtempSync(join(tmpdir(), "enforcement-host-"));
  if (from !== undefined) {
    cpSync(from, folder, { recursive: true, filter: (path) => !path.includes("node_modules") });
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return {
    folder,
    async run(program, programArguments, options = {}) {
      const settings = { cwd: folder, env: outsideEnvironment(), maxBuffer: 100_000_000, ...options };
      try {
        const { stdout, stderr } = await runFile(program, programArguments, {
          ...settings,
          encoding: "utf8",
        });
        return { code: 0, stdout, stderr };
      } catch (failure) {
        const { code, stdout, stderr } = failure as Ended;
        if (typeof code !== "number") throw failure;
        return { code, stdout, stderr };
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Installs the tarball and other packages into a project with npm. Throws npm's output when it fails. */
export async function install(project: HostProject, packages: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await project.run("npm", [
    "install",
    ...["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"],
    ...packages,
  ]);
  if (code !== 0)
    throw new Error(`npm install ${packages.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
}

/** This process's environment without the variables of npm and Vitest. */
function outsideEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_OPTIONS|NODE_ENV|TEST$)/i.test(name)),
  );
}
