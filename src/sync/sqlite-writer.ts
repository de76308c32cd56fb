import type { Worker } from "node:worker_threads";
import { toEnforcementError } from "./sqlite-errors.ts";
import type {
  Answer,
  OperationName,
  Operations,
  Request,
  WriterData,
  WriterFailure,
  WriterMessage,
} from "./sqlite-messages.ts";
import { startThread } from "./sqlite-threads.ts";

interface Waiting {
  readonly request: Request;
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

const DIED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: its writer thread has ended; what was not acknowledged may not be recorded. Close the ledger and open it again, or restart the process.",
};

/**
 * The other end of the writer thread. One batch is under way at a time; whatever is asked meanwhile goes together in
 * the next, and so into one commit.
 */
export class Writer {
  readonly #thread: Worker;
  #waiting: Waiting[] = [];
  #underWay: Waiting[] = [];
  #isFlushing = false;
  #failure: WriterFailure | undefined;

  private constructor(thread: Worker) {
    this.#thread = thread;
  }

  /** Starts the thread, and opens the file in it. */
  static async start(data: WriterData): Promise<{ writer: Writer; isChecked: boolean }> {
    const thread = startThread("sqlite-writer-thread", data);
    const writer = new Writer(thread);
    const isChecked = await new Promise<boolean>((resolve, reject) => {
      thread.on("message", (message: WriterMessage) => {
        if (message.kind === "answers") writer.#settle(message.answers);
        else if (message.kind === "opened") resolve(message.isChecked);
        else reject(toEnforcementError(message.failure, "open"));
      });
      for (const event of ["error", "messageerror", "exit"] as const) {
        thread.on(event, () => {
          writer.fail(DIED);
          reject(toEnforcementError(DIED, "open"));
        });
      }
    }).catch(async (thrown: unknown) => {
      await thread.terminate();
      throw thrown;
    });
    // An open ledger alone keeps no process alive.
    thread.unref();
    return { writer, isChecked };
  }

  ask<Name extends OperationName>(name: Name, request: Operations[Name][0]): Promise<Operations[Name][1]> {
    if (this.#failure !== undefined) return Promise.reject(toEnforcementError(this.#failure, name));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ request: { name, request } as Request, resolve, reject });
      if (this.#isFlushing || this.#underWay.length > 0) return;
      this.#isFlushing = true;
      // Calls of this turn go together.
      setImmediate(() => this.#flush());
    });
  }

  /** From now on every call is refused, those under way included. */
  fail(failure: WriterFailure): void {
    this.#failure ??= failure;
    const refused = [...this.#underWay, ...this.#waiting];
    this.#underWay = [];
    this.#waiting = [];
    for (const { request, reject } of refused) reject(toEnforcementError(this.#failure, request.name));
    this.#thread.unref();
  }

  /** Lets the thread finish what it has, close the file, and end. */
  async stop(): Promise<void> {
    try {
      await this.ask("close", null);
    } catch {
      // It has ended already, and the file with it.
    }
    await this.terminate();
  }

  /** Ends the thread at once. What is under way is refused. */
  async terminate(): Promise<void> {
    this.fail(DIED);
    await this.#thread.terminate();
  }

  #flush(): void {
    this.#isFlushing = false;
    if (this.#underWay.length > 0 || this.#waiting.length === 0) return;
    this.#underWay = this.#waiting;
    this.#waiting = [];
    this.#thread.ref();
    this.#thread.postMessage(this.#underWay.map(({ request }) => request));
  }

  #settle(answers: readonly Answer[]): void {
    const settled = this.#underWay;
    this.#underWay = [];
    this.#flush();
    if (this.#underWay.length === 0) this.#thread.unref();
    for (const [index, { request, resolve, reject }] of settled.entries()) {
      const answer = answers[index];
      if (answer?.ok === true) resolve(answer.value as never);
      else if (answer !== undefined) reject(toEnforcementError(answer.failure, request.name));
    }
  }
}
