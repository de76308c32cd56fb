import { spawnSync } from "node:child_process";

/** Runs a script of this folder in a process of its own and reads the JSON that it prints. */
export function runChild<Result>(
  script: string,
  { args, nodeOptions = [] }: { args: readonly string[]; nodeOptions?: readonly string[] },
): Result {
  const path = new URL(script, import.meta.url).pathname;
  const { status, stdout, stderr } = spawnSync(process.execPath, [...nodeOptions, path, ...args], {
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`${script} ended with ${status}: ${stderr.slice(-2_000)}`);
  return JSON.parse(stdout) as Result;
}
