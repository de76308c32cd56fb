import type { Worker } from "node:worker_threads";
import type { ChangeStatus } from "../ledger/ledger.ts";
import { DAMAGED, FENCED, toEnforcementError } from "./errors.ts";
import type {
  Answers,
  ChangeRow,
  OperationName,
  Operations,
  Parcel,
  Request,
  WriterData,
  WriterFailure,
  WriterMessage,
} from "./messages.ts";
import { startThread } from "./start-thread.ts";

type Parts = AsyncIterable<readonly ChangeRow[]>;

/** Who asked. */
interface Asker {
  readonly name: OperationName;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A large call comes in parts. */
type Waiting = { readonly asker: Asker } & ({ readonly request: Request } | { readonly parts: Parts });

// So many calls are sent on while others of the same turn are still to come: the thread begins with them.
const SENT_ON = 16;

// Calls of one commit at most: what waits for the disk once for so many waits for something else. Lookups are answered
// between two commits, however many calls wait.
const MOST = 1_000;

// Commits under way.
const AT_A_TIME = 2;

// So many deliveries keep the thread busy for longer than a turn takes: they are not kept until its end.
const SENT_AT_ONCE = 64;

const DIED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: its writer thread has ended; what was not acknowledged may not be recorded. Close the ledger and open it again, or restart the process.",
};

/** What is carried out together. Answers come in the order of commits, and in a commit in the order of its calls. */
interface Commit {
  readonly askers: Asker[];
  /** What is to be sent yet; undefined: no more calls are taken in. */
  unsent: Request[] | undefined;
}

/**
 * The other end of the writer thread. Calls that come in the same turn of the event loop share a commit, and so do those
 * that wait for their turn. Two commits are under way at a time: while the disk is at one, the other is prepared. A large
 * call has a commit for itself.
 */
export class Writer {
  readonly #thread: Worker;
  #waiting: Waiting[] = [];
  /** Under way, the oldest first. */
  #commits: Commit[] = [];
  /** Calls of one commit, so that two of the same size follow each other. */
  #most = SENT_ON;
  /** A large call is being sent: nothing may come between its parts. */
  #isSendingParts = false;
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
        if (message.kind === "answers") writer.#settle(message);
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
    // TypeScript does not see that a name and its request are one of the pairs; this method's own types do.
    return this.#take(name, (asker) => ({ asker, request: [name, request] as unknown as Request }));
  }

  /**
   * `record` for a large call, in parts: the thread writes one while the next is made. When making one throws, nothing is
   * recorded, and this rejects with what was thrown.
   */
  recordParts(parts: AsyncIterable<readonly ChangeRow[]>): Promise<ChangeStatus[]> {
    return this.#take("record", (asker) => ({ asker, parts }));
  }

  #take<Value>(name: OperationName, toCall: (asker: Asker) => Waiting): Promise<Value> {
    if (this.#failure !== undefined) return Promise.reject(toEnforcementError(this.#failure, name));
    return new Promise((resolve, reject) => {
      const call = toCall({ name, resolve, reject });
      const last = this.#commits.at(-1);
      if (last?.unsent !== undefined && this.#waiting.length === 0 && "request" in call) {
        this.#join(last, call.asker, call.request);
      } else {
        this.#waiting.push(call);
        this.#begin();
      }
    });
  }

  /** Whether every call is refused. */
  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** From now on every call is refused, those under way included. */
  fail(failure: WriterFailure): void {
    this.#failure ??= failure;
    const refused = [
      ...this.#commits.flatMap(({ askers }) => askers),
      ...this.#waiting.map(({ asker }) => asker),
    ];
    this.#commits = [];
    this.#waiting = [];
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

  /** Begins commits with those that wait. */
  #begin(): void {
    while (this.#commits.length < AT_A_TIME && !this.#isSendingParts) {
      const [first] = this.#waiting;
      if (first === undefined || this.#commits.at(-1)?.unsent !== undefined) return;
      this.#thread.ref();
      if ("parts" in first) {
        this.#waiting.shift();
        this.#commits.push({ askers: [first.asker], unsent: undefined });
        void this.#sendParts(first.parts, first.asker);
      } else this.#beginCommit();
    }
  }

  #beginCommit(): void {
    const askers: Asker[] = [];
    const requests: Request[] = [];
    for (const call of this.#waiting) {
      if ("parts" in call || requests.length >= this.#most) break;
      askers.push(call.asker);
      requests.push(call.request);
    }
    this.#waiting.splice(0, requests.length);
    const commit: Commit = { askers, unsent: requests };
    this.#commits.push(commit);
    const isFull = requests.length >= this.#most || countDeliveries(requests) >= SENT_AT_ONCE;
    if (isFull) this.#send(commit, true);
    // Calls of this turn go together.
    else setImmediate(() => this.#send(commit, true));
  }

  #join(commit: Commit, asker: Asker, request: Request): void {
    commit.askers.push(asker);
    commit.unsent?.push(request);
    if (commit.askers.length >= this.#most) this.#send(commit, true);
    else if ((commit.unsent?.length ?? 0) >= SENT_ON) this.#send(commit, false);
  }

  #send(commit: Commit, isLast: boolean): void {
    const requests = commit.unsent;
    if (requests === undefined || this.#failure !== undefined) return;
    commit.unsent = isLast ? undefined : [];
    this.#post({ kind: "requests", requests, isLast });
    if (isLast) this.#begin();
  }

  async #sendParts(parts: Parts, { reject }: Asker): Promise<void> {
    let isWanted = true;
    this.#isSendingParts = true;
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
    this.#isSendingParts = false;
    this.#begin();
  }

  #post(parcel: Parcel): void {
    this.#thread.postMessage(parcel);
  }

  #settle({ values, failures }: Answers): void {
    const count = this.#commits.reduce((sum, { askers }) => sum + askers.length, this.#waiting.length);
    this.#most = Math.min(Math.max(SENT_ON, Math.ceil(count / AT_A_TIME)), MOST);
    const settled = this.#commits.shift()?.askers ?? [];
    this.#begin();
    if (this.#commits.length === 0) this.#thread.unref();
    for (const [index, { name, resolve, reject }] of settled.entries()) {
      const failure = failures?.get(index);
      if (failure === undefined) resolve(values[index] as never);
      else reject(toEnforcementError(failure, name));
      // Other calls may write elsewhere in the file, or only read, and would not notice.
      for (const lasting of [DAMAGED, FENCED]) if (failure?.message === lasting.message) this.fail(lasting);
    }
  }
}

/** How many deliveries are to be saved or looked for. */
function countDeliveries(requests: readonly Request[]): number {
  let count = 0;
  for (const request of requests) {
    if (request[0] === "save") count += request[1].length;
    if (request[0] === "claim") count += request[1].limit;
  }
  return count;
}
