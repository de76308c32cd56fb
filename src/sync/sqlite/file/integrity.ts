import type { DatabaseSync } from "node:sqlite";
import { startThread } from "../start-thread.ts";
import { readPragma } from "./ledger-file.ts";

export interface CheckData {
  readonly path: string;
}

export type CheckMessage = "sound" | "damaged" | "unreadable";

/** A check of the whole file in the background. */
export interface IntegrityCheck {
  /** `undefined`: the check was stopped, or could not be made. */
  readonly result: Promise<CheckMessage | undefined>;
  stop(): Promise<void>;
}

/** The check of a file that was already checked when it was opened. */
export const SOUND: IntegrityCheck = { result: Promise.resolve("sound"), stop: async () => {} };

/** Whether SQLite finds the file's structure sound. Reads the whole file. */
export function isSound(database: DatabaseSync): boolean {
  return readPragma(database, "quick_check(1)") === "ok";
}

/** Begins to check a file in a thread of its own. */
export function startIntegrityCheck(data: CheckData): IntegrityCheck {
  const thread = startThread("sqlite-check-thread", data);
  thread.unref();
  const result = new Promise<CheckMessage | undefined>((resolve) => {
    thread.once("message", resolve);
    thread.once("error", () => resolve(undefined));
    thread.once("exit", () => resolve(undefined));
  });
  return {
    result,
    async stop() {
      await thread.terminate();
    },
  };
}
