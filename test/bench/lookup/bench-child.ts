import { fork } from "node:child_process";
import { once } from "node:events";

/** Runs a script in a process of its own and returns what it sends. */
export async function runChild<Result>(
  script: string,
  options: { args?: readonly string[]; nodeOptions?: readonly string[] } = {},
): Promise<Result> {
  const child = fork(new URL(script, import.meta.url), options.args ?? [], {
    execPath: process.execPath,
    execArgv: [...(options.nodeOptions ?? [])],
  });
  const exited = once(child, "exit");
  const [message] = await Promise.race([once(child, "message"), exited]);
  const [code] = await exited;
  if (code !== 0) throw new Error(`${script} ended with ${code}.`);
  return message as Result;
}
