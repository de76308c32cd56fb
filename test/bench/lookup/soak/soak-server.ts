import { fork } from "node:child_process";
import { once } from "node:events";
import type { Sample } from "./sample.ts";

/** The server that is soaked, in a process of its own. */
export interface SoakServer {
  readonly port: number;
  sample(): Promise<Sample>;
  stop(): Promise<void>;
}

export async function startSoakServer(): Promise<SoakServer> {
  const child = fork(new URL("soak-process.ts", import.meta.url), [], {
    execPath: process.execPath,
    execArgv: ["--expose-gc"],
  });
  const exited = once(child, "exit");
  const fail = async (): Promise<never> => {
    throw new Error(`The server ended with ${(await exited)[0]}.`);
  };
  const next = async <Message>(): Promise<Message> =>
    (await Promise.race([once(child, "message"), fail()]))[0] as Message;
  return {
    port: await next<number>(),
    async sample() {
      const sample = next<Sample>();
      child.send("sample");
      return sample;
    },
    async stop() {
      child.disconnect();
      await exited;
    },
  };
}
