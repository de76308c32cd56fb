import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { MAIN } from "../command-line.ts";

/** Whether this machine has the program that gives a process a terminal: `script` of util-linux. */
export function hasPseudoTerminals(): boolean {
  return spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") === true;
}

/** A command that runs in a terminal of its own. */
export interface Session {
  readonly child: ChildProcess;
  /** What the terminal got until now: both outputs, in order. */
  readonly text: string;
  readonly ended: Promise<{ readonly code: number | null; readonly text: string }>;
}

/** Starts the bin in a terminal. Standard input is a terminal as well. */
export function startInTerminal(
  args: readonly string[],
  { columns = 80, env = {} }: { columns?: number; env?: Readonly<Record<string, string>> } = {},
): Session {
  const words = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const line = `stty cols ${columns} -echo; exec ${words.join(" ")}`;
  const child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], {
    env: { PATH: process.env["PATH"], TERM: "xterm-256color", ...env },
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += String(chunk).replaceAll("\r\n", "\n");
  });
  return {
    child,
    get text() {
      return text;
    },
    ended: once(child, "close").then(([code]) => ({ code, text })),
  };
}

/** Runs the bin in a terminal. */
export async function runInTerminal(
  args: readonly string[],
  options: { columns?: number; env?: Readonly<Record<string, string>> } = {},
): Promise<{ readonly code: number | null; readonly text: string }> {
  const session = startInTerminal(args, options);
  session.child.stdin?.end();
  return session.ended;
}

/** Types into a program that reads a terminal, one entry after the other, and returns all that it showed. */
export async function typeInTerminal(
  program: string,
  { cwd }: { readonly cwd: string },
  entries: readonly string[],
): Promise<string> {
  const child = spawn("script", ["--quiet", "--return", "--command", program, "/dev/null"], {
    cwd,
    env: { PATH: process.env["PATH"], TERM: "xterm", HOME: cwd, PS1: "ready> ", PROMPT: "ready> " },
  });
  let text = "";
  child.stdout.on("data", (chunk) => (text += chunk));
  const closed = once(child, "close");
  for (const [index, entry] of entries.entries()) {
    // The shell has as many prompts as lines were entered: what is typed before belongs to the last line.
    while (text.split("ready> ").length <= index + 1) await once(child.stdout, "data");
    child.stdin.write(entry);
  }
  await closed;
  return stripVTControlCharacters(text);
}
