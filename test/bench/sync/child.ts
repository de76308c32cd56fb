import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A process that answers one question at a time. */
export interface Child {
  readonly process: ChildProcess;
  /** @throws Error when it ends, or does not answer in time; then it is killed */
  ask<Answer>(question: unknown, timeoutSeconds?: number): Promise<Answer>;
  /** What it says without being asked: the first message after its start. */
  hear<Answer>(timeoutSeconds?: number): Promise<Answer>;
  /** Ends it, whatever it is doing. */
  stop(): Promise<void>;
}

const running = new Set<ChildProcess>();
// No child process outlives the benchmark.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a script of this folder in a process of its own. */
export function startChild(
  script: string,
  args: readonly string[] = [],
  nodeOptions: readonly string[] = [],
): Child {
  const child = fork(new URL(script, import.meta.url), args, {
    execPath: process.execPath,
    execArgv: [...nodeOptions],
    serialization: "advanced",
  });
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));

  async function hear<Answer>(timeoutSeconds = 120): Promise<Answer> {
    const bound = new AbortController();
    const timer = setTimeout(() => bound.abort(), timeoutSeconds * 1_000);
    try {
      const heard = once(child, "message", { signal: bound.signal });
      const [answer] = await Promise.race([
        heard,
        exited.then(() => {
          throw new Error(`${script} ${args.join(" ")} ended with ${child.exitCode ?? child.signalCode}.`);
        }),
      ]);
      return answer as Answer;
    } catch (thrown) {
      child.kill("SIGKILL");
      throw bound.signal.aborted ? new Error(`${script} gave no answer in ${timeoutSeconds} s.`) : thrown;
    } finally {
      clearTimeout(timer);
    }
  }

  return {
    process: child,
    hear,
    ask<Answer>(question: unknown, timeoutSeconds?: number) {
      child.send(question as never);
      return hear<Answer>(timeoutSeconds);
    },
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
