import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ChildCall, ChildReply, ChildSetup } from "./child-wire.ts";

/** A child process that can be asked, and killed. */
export interface KillableChild {
  /** The answer, or undefined when the child was killed before it gave one. */
  ask(asked: ChildCall): Promise<ChildReply | undefined>;
  /** SIGKILL, now. Fulfilled when the process is gone. */
  kill(): Promise<void>;
}

/** Starts a child, a build of `child.ts`; fulfilled when its sync has started. */
export async function startChild(setup: ChildSetup, script: URL): Promise<KillableChild> {
  const child: ChildProcess = spawn(process.execPath, [fileURLToPath(script), JSON.stringify(setup)], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  const open = new Map<number, (reply: ChildReply | undefined) => void>();
  let lastId = 0;
  let isGone = false;
  const exit = once(child, "exit").then(() => {
    isGone = true;
    for (const resolve of open.values()) resolve(undefined);
    open.clear();
  });
  const wait = (id: number) => new Promise<ChildReply | undefined>((resolve) => open.set(id, resolve));
  child.on("message", (message) => {
    const reply = message as ChildReply;
    open.get(reply.id)?.(reply);
    open.delete(reply.id);
  });
  if ((await wait(0)) === undefined) throw new Error("The child ended before it was ready.");
  return {
    async ask(asked) {
      if (isGone) return undefined;
      lastId += 1;
      const reply = wait(lastId);
      child.send({ ...asked, id: lastId }, () => {});
      return reply;
    },
    async kill() {
      child.kill("SIGKILL");
      await exit;
    },
  };
}
