import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import type { Terminal } from "../../src/cli/command.ts";
import { run } from "../../src/cli/run.ts";

/** How a run of the command line ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a run: standard input, answers, a signal. */
export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines that a person types. */
  readonly answers?: readonly string[];
  /** Called before each answer; instead of `answers`. */
  readonly ask?: (question: string) => string | undefined;
  readonly signal?: AbortSignal;
  /** Readings of the clock that cannot be set, in milliseconds. Default: it stands still at 0. */
  readonly monotonic?: readonly number[];
  /** The width of both outputs. Default: lines are not broken. */
  readonly columns?: number;
  /** Whether both outputs have colours. Default: no. */
  readonly colours?: boolean;
  /** Called with what a progress line would show. */
  readonly onProgress?: (text: string) => void;
  /** The kind of standard input. Default: a terminal. */
  readonly input?: Terminal["input"];
}

export const NOW = new Date("2026-11-21T15:00:00Z");

/** The bin, as it is before it is built. */
export const MAIN = resolve(import.meta.dirname, "../../src/cli/main.ts");

/** Runs a command inside this process: fast, and with a fixed clock. */
export async function command(args: readonly string[], surroundings: Surroundings = {}): Promise<Ended> {
  const [stdout, stderr]: string[][] = [[], []];
  const answers = [...(surroundings.answers ?? [])];
  const monotonic = [...(surroundings.monotonic ?? [])];
  const screen = {
    width: surroundings.columns ?? Number.POSITIVE_INFINITY,
    colours: surroundings.colours ?? false,
  };
  const terminal: Terminal = {
    showProgress: (text) => void surroundings.onProgress?.(text),
    output: screen,
    errors: screen,
    print: (text) => void stdout?.push(text),
    printError: (text) => void stderr?.push(text),
    ask: async (question) => {
      stderr?.push(question);
      return surroundings.ask === undefined ? answers.shift() : surroundings.ask(question);
    },
    input: surroundings.input ?? "terminal",
    environment: surroundings.environment ?? {},
    clock: () => NOW,
    monotonic: () => monotonic.shift() ?? 0,
    signal: surroundings.signal ?? new AbortController().signal,
  };
  const code = await run(args, terminal, "0.0.0-test");
  return { code, stdout: stdout?.join("") ?? "", stderr: stderr?.join("") ?? "" };
}

/** Runs the bin as a user does, in a process of its own. */
export async function runBin(
  args: readonly string[],
  options: { input?: string; env?: Record<string, string> } = {},
): Promise<Ended> {
  const child = spawn(process.execPath, [MAIN, ...args], { env: options.env ?? {} });
  const [stdout, stderr]: Buffer[][] = [[], []];
  child.stdout.on("data", (chunk) => stdout?.push(chunk));
  child.stderr.on("data", (chunk) => stderr?.push(chunk));
  child.stdin.end(options.input ?? "");
  const [code] = await once(child, "close");
  return {
    code,
    stdout: Buffer.concat(stdout ?? []).toString(),
    stderr: Buffer.concat(stderr ?? []).toString(),
  };
}

/** A new folder for files that a test writes. */
export interface Workspace {
  readonly folder: string;
  /** Writes a file and returns its path. */
  write(name: string, content: string | Uint8Array): string;
  remove(): void;
}

/** Creates a folder. */
export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "enforcement-cli-"));
  return {
    folder,
    write(name, content) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** A file beside this one. */
export function fixture(name: string): string {
  return resolve(import.meta.dirname, "fixtures", name);
}

/** Text in UTF-16 with its byte order mark. */
export function toUtf16(text: string, options: { bigEndian?: boolean } = {}): Uint8Array {
  const bytes = Buffer.from(`\uFEFF${text}`, "utf16le");
  return options.bigEndian ? bytes.swap16() : bytes;
}
