import { fork } from "node:child_process";
import { once } from "node:events";

/** The questions that a process answers, by name. */
export type Api = Record<string, (asked: never) => unknown>;

/** The memory of a process and what it counts, as it was a moment ago. */
export interface Sample {
  /** The highest that the operating system has seen, in megabytes. */
  readonly peakMegabytes: number;
  /** Processor time since it started. */
  readonly cpuSeconds: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** A process of the city. */
export interface Child<Answers extends Api, Ready = unknown> {
  readonly ready: Ready;
  /** @throws ChildGone when the process ends before it answers */
  ask<Name extends keyof Answers & string>(
    name: Name,
    ...asked: Parameters<Answers[Name]>
  ): Promise<Awaited<ReturnType<Answers[Name]>>>;
  /** Its latest sample. */
  sample(): Sample;
  /** SIGKILL, now. Fulfilled when the process is gone. */
  kill(): Promise<void>;
}

/** The process ended, so that the answer is not known. */
export class ChildGone extends Error {}

export type ChildMessage =
  | { readonly ready: unknown }
  | { readonly sample: Sample }
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

const running = new Set<{ kill(signal: "SIGKILL"): unknown }>();
// No process of the city outlives it.
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    console.error(`The city ends, because it got ${signal}.`);
    process.exit(1);
  });
}

/** Starts a script of this folder with its set-up; fulfilled when it says that it is ready. */
export async function startChild<Answers extends Api, Ready = unknown>(
  script: string,
  setup: unknown,
  nodeOptions: readonly string[] = [],
): Promise<Child<Answers, Ready>> {
  const child = fork(new URL(script, import.meta.url), [JSON.stringify(setup)], {
    execPath: process.execPath,
    execArgv: [...nodeOptions],
    serialization: "advanced",
  });
  running.add(child);
  const open = new Map<number, PromiseWithResolvers<unknown>>();
  const ready = Promise.withResolvers<Ready>();
  let lastId = 0;
  let sample: Sample = { peakMegabytes: 0, cpuSeconds: 0, counts: {} };
  let isGone = false;
  const exited = once(child, "exit").then(([code, signal]) => {
    running.delete(child);
    isGone = true;
    const gone = new ChildGone(`${script} ended with ${code ?? signal}.`);
    for (const { reject } of [...open.values(), ready]) reject(gone);
    open.clear();
  });
  child.on("message", (message: ChildMessage) => {
    if ("ready" in message) return ready.resolve(message.ready as Ready);
    if ("sample" in message) {
      sample = message.sample;
      return;
    }
    const asked = open.get(message.id);
    open.delete(message.id);
    if ("error" in message) asked?.reject(new Error(`${script}: ${message.error}`));
    else asked?.resolve(message.value);
  });
  return {
    ready: await ready.promise,
    ask(name, ...[asked]) {
      const answer = Promise.withResolvers<unknown>();
      if (isGone) answer.reject(new ChildGone(`${script} has ended.`));
      else {
        lastId += 1;
        open.set(lastId, answer);
        child.send({ id: lastId, name, asked }, () => {});
      }
      return answer.promise as Promise<never>;
    },
    sample: () => sample,
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
