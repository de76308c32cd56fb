import type { Worker } from "node:worker_threads";
import type { ChangeStatus } from "./ledger.ts";
import { toEnforcementError } from "./sqlite-errors.ts";
import type {
  Answer,
  ChangeRow,
  OperationName,
  Operations,
  Parcel,
  Request,
  WriterData,
  WriterFailure,
  WriterMessage,
} from "./sqlite-messages.ts";
import { startThread } from "./sqlite-threads.ts";

/** A large one comes in parts. */
type Call = Request | { readonly name: "record"; readonly parts: AsyncIterable<readonly ChangeRow[]> };

/** Who asked. What they asked with is let go of when it is sent. */
interface Asker {
  readonly name: OperationName;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

interface Waiting extends Asker {
  readonly call: Call;
}

// So many calls are sent on while others of the same turn are still to come: the thread begins with them.
const SENT_ON = 16;

// So many deliveries keep the thread busy for longer than a turn takes: they are not kept until its end.
const SENT_AT_ONCE = 64;

const DIED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: its writer thread has ended; what was not acknowledged may not be recorded. Close the ledger and open it again, or restart the process.",
};

/**
 * The other end of the writer thread. One commit is under way at a time: of the calls that waited for the commit before,
 * and of those that come in the same turn of the event loop. A large call has one for itself.
 */
export class Writer {
  readonly #thread: Worker;
  #waiting: Waiting[] = [];
  #underWay: Asker[] = [];
  /** Of those under way, what is to be sent yet; undefined: no more are taken in. */
  #unsent: Request[] | undefined;
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
    return this.#take({ name, request } as Request);
  }

  /**
   * `record` for a large call, in parts: the thread writes one while the next is made. When making one throws, nothing is
   * recorded, and this rejects with what was thrown.
   */
  recordParts(parts: AsyncIterable<readonly ChangeRow[]>): Promise<ChangeStatus[]> {
    return this.#take({ name: "record", parts });
  }

  #take<Value>(call: Call): Promise<Value> {
    if (this.#failure !== undefined) return Promise.reject(toEnforcementError(this.#failure, call.name));
    return new Promise((resolve, reject) => {
      const asker = { name: call.name, resolve, reject };
      if (this.#unsent !== undefined && this.#waiting.length === 0 && !("parts" in call)) {
        this.#underWay.push(asker);
        this.#unsent.push(call);
        if (this.#unsent.length >= SENT_ON) this.#send(false);
      } else {
        this.#waiting.push({ ...asker, call });
        if (this.#underWay.length === 0) this.#begin();
      }
    });
  }

  /** From now on every call is refused, those under way included. */
  fail(failure: WriterFailure): void {
    this.#failure ??= failure;
    const refused = [...this.#underWay, ...this.#waiting];
    this.#underWay = [];
    this.#waiting = [];
    this.#unsent = undefined;
    for (const { name, reject } of refused) reject(toEnforcementError(this.#failure, name));
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

  /** Begins the next commit with those that wait. */
  #begin(): void {
    const [first] = this.#waiting;
    if (first === undefined) return;
    this.#thread.ref();
    if ("parts" in first.call) {
      this.#underWay = this.#waiting.splice(0, 1);
      void this.#sendParts(first, first.call.parts);
      return;
    }
    const large = this.#waiting.findIndex(({ call }) => "parts" in call);
    const taken = this.#waiting.splice(0, large === -1 ? this.#waiting.length : large);
    this.#underWay = taken.map(({ name, resolve, reject }) => ({ name, resolve, reject }));
    this.#unsent = taken.map(({ call }) => call as Request);
    if (countDeliveries(this.#unsent) >= SENT_AT_ONCE) {
      this.#send(true);
      return;
    }
    if (this.#unsent.length >= SENT_ON) this.#send(false);
    // Calls of this turn go together.
    setImmediate(() => this.#send(true));
  }

  #send(isLast: boolean): void {
    const requests = this.#unsent;
    if (requests === undefined) return;
    this.#unsent = isLast ? undefined : [];
    this.#post({ kind: "requests", requests, isLast });
  }

  async #sendParts({ reject }: Waiting, parts: AsyncIterable<readonly ChangeRow[]>): Promise<void> {
    let isWanted = true;
    try {
      for await (const changes of parts) {
        if (this.#failure !== undefined) return;
        this.#post({ kind: "changes", changes });
      }
    } catch (thrown) {
      isWanted = false;
      reject(thrown);
    }
    this.#post({ kind: "end", isWanted });
  }

  #post(parcel: Parcel): void {
    this.#thread.postMessage(parcel);
  }

  #settle(answers: readonly Answer[]): void {
    const settled = this.#underWay;
    this.#underWay = [];
    this.#begin();
    if (this.#underWay.length === 0) this.#thread.unref();
    for (const [index, { name, resolve, reject }] of settled.entries()) {
      const answer = answers[index];
      if (answer?.ok === true) resolve(answer.value as never);
      else if (answer !== undefined) reject(toEnforcementError(answer.failure, name));
    }
  }
}

/** How many deliveries are to be saved or looked for. */
function countDeliveries(requests: readonly Request[]): number {
  let count = 0;
  for (const { name, request } of requests) {
    if (name === "save") count += (request as Operations["save"][0]).length;
    if (name === "claim") count += (request as Operations["claim"][0]).limit;
  }
  return count;
}
