import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { ContenderName } from "../contenders/registry.ts";
import type { SourceKind } from "../permit-source.ts";

/** A server process that has begun to listen. */
export interface RunningServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts a contender in a process of its own and waits until it listens. */
export async function startServer(contender: ContenderName, source: SourceKind): Promise<RunningServer> {
  const child = fork(new URL("../server-process.ts", import.meta.url), [contender, source], {
    execPath: process.execPath,
  });
  const port = await Promise.race([once(child, "message"), failureOf(child, contender)]);
  return {
    port: Number(port[0]),
    async stop() {
      if (child.exitCode !== null) return;
      const exited = once(child, "exit");
      child.disconnect();
      await exited;
    },
  };
}

async function failureOf(child: ChildProcess, contender: string): Promise<never> {
  const [code] = await once(child, "exit");
  throw new Error(`${contender} ended with ${code} before it listened.`);
}
