import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { onTestFinished } from "vitest";

export type Asked =
  | { readonly kind: "find"; readonly plateNumber: string }
  | { readonly kind: "be busy"; readonly plateNumber: string }
  | { readonly kind: "stop" };

/** The ids of permits that were found, or the error. */
export interface Found {
  readonly ids?: readonly string[];
  readonly code?: string | undefined;
  readonly field?: string | undefined;
  readonly message?: string | undefined;
}

/** How many lookups were made, and the first errors. */
export interface Busy {
  readonly count: number;
  readonly failures: readonly string[];
}

const PROGRAM = new URL("./reader-process.ts", import.meta.url).pathname;

/** Starts a process that reads a ledger. `uid`: the user that it runs as. */
export function startReader(path: string, { uid }: { uid?: number } = {}) {
  const child: ChildProcess = fork(PROGRAM, [path], { execArgv: [], ...(uid === undefined ? {} : { uid }) });
  onTestFinished(() => void child.kill("SIGKILL"));

  async function ask<Answer>(asked: Asked): Promise<Answer> {
    const answered = once(child, "message");
    child.send(asked);
    const [answer] = await answered;
    return answer;
  }

  return {
    find: (plateNumber: string) => ask<Found>({ kind: "find", plateNumber }),
    beBusy: (plateNumber: string) => ask<Found>({ kind: "be busy", plateNumber }),
    stop: () => ask<Busy>({ kind: "stop" }),
  };
}
