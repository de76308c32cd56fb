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

type OnDue = ((providerId: string) => void) | undefined;

/** A pending call: its operation and its promise. */
interface Asker {
  readonly name: OperationName;
  /** Called with the providers at which the call's commit made something due. */
  readonly onDue: OnDue;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/** A call that waits for a commit. A large one comes in parts. */
type Waiting = { readonly asker: Asker } & ({ readonly request: Request } | { readonly parts: Parts });

// This many calls are sent before the turn ends, so that the thread can begin with them.
const CALLS_PER_MESSAGE = 16;

// The most calls per commit. More would gain little, and lookups are answered between two commits, however many calls
// wait.
const MAX_CALLS_PER_COMMIT = 1_000;

// Commits in progress at once.
const COMMITS_UNDER_WAY = 2;

// This many deliveries keep the thread busy for longer than a turn takes: they are sent before the turn ends.
const SENT_AT_ONCE = 64;

const DIED: WriterFailure = {
  code: "unavailable",
  message:
    "ledger: its writer thread has ended; what was not acknowledged may not be recorded. Close the ledger and open it again, or restart the process.",
};

/** The calls that share one commit. Answers come in the order of commits, and within one in the order of its calls. */
interface Commit {
  readonly askers: Asker[];
  /** Requests that are not sent yet; undefined: the commit takes no more calls. */
  unsent: Request[] | undefined;
}

/**
 * Sends calls to the writer thread. Calls of the same turn of the event loop share a commit, and so do calls that wait.
 * Two commits are in progress at a time: one is prepared while the disk writes the other. A large call has its own
 * commit.
 */
export class Writer {
  readonly #thread: Worker;
  #waiting: Waiting[] = [];
  /** In progress, oldest first. */
  #commits: Commit[] = [];
  /** The most calls per commit now, chosen so that two commits have about the same size. */
  #most = CALLS_PER_MESSAGE;
  /** Whether a large call is being sent: no other request may come between its parts. */
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
    // An open ledger alone does not keep the process alive.
    thread.unref();
    return { writer, isChecked };
  }

  ask<Name extends OperationName>(
    name: Name,
    request: Operations[Name][0],
    onDue?: OnDue,
  ): Promise<Operations[Name][1]> {
    // TypeScript cannot see that the name and its request belong together; this method's own types ensure it.
    return this.#take({ name, onDue }, (asker) => ({
      asker,
      request: [name, request] as unknown as Request,
    }));
  }

  /**
   * Does `record` for a large call, in parts: the thread writes one while the next is made. When making one throws,
   * nothing is recorded, and the call rejects with what was thrown.
   */
  recordParts(parts: AsyncIterable<readonly ChangeRow[]>, onDue?: OnDue): Promise<ChangeStatus[]> {
    return this.#take({ name: "record", onDue }, (asker) => ({ asker, parts }));
  }

  #take<Value>(
    { name, onDue }: Pick<Asker, "name" | "onDue">,
    toCall: (asker: Asker) => Waiting,
  ): Promise<Value> {
    if (this.#failure !== undefined) return Promise.reject(toEnforcementError(this.#failure, name));
    return new Promise((resolve, reject) => {
      const call = toCall({ name, onDue, resolve, reject });
      const last = this.#commits.at(-1);
      if (last?.unsent !== undefined && this.#waiting.length === 0 && "request" in call) {
        this.#join(last, call.asker, call.request);
      } else {
        this.#waiting.push(call);
        this.#begin();
      }
    });
  }

  /** Refuses every call from now on, pending ones included. */
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

  /** Ends the thread after it has finished its calls and closed the file. */
  async stop(): Promise<void> {
    try {
      await this.ask("close", null);
    } catch {
      // The thread has ended already, and the file is closed with it.
    }
    await this.terminate();
  }

  /** Ends the thread at once. Pending calls are refused. */
  async terminate(): Promise<void> {
    this.fail(DIED);
    await this.#thread.terminate();
  }

  /** Begins commits with the waiting calls. */
  #begin(): void {
    while (this.#commits.length < COMMITS_UNDER_WAY && !this.#isSendingParts) {
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
    // Calls of this turn share the commit.
    else setImmediate(() => this.#send(commit, true));
  }

  #join(commit: Commit, asker: Asker, request: Request): void {
    commit.askers.push(asker);
    commit.unsent?.push(request);
    if (commit.askers.length >= this.#most) this.#send(commit, true);
    else if ((commit.unsent?.length ?? 0) >= CALLS_PER_MESSAGE) this.#send(commit, false);
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

  #settle({ values, failures, due }: Answers): void {
    const count = this.#commits.reduce((sum, { askers }) => sum + askers.length, this.#waiting.length);
    this.#most = Math.min(
      Math.max(CALLS_PER_MESSAGE, Math.ceil(count / COMMITS_UNDER_WAY)),
      MAX_CALLS_PER_COMMIT,
    );
    const settled = this.#commits.shift()?.askers ?? [];
    this.#begin();
    if (this.#commits.length === 0) this.#thread.unref();
    for (const [index, { name, onDue, resolve, reject }] of settled.entries()) {
      const failure = failures?.get(index);
      if (onDue !== undefined) for (const providerId of due) onDue(providerId);
      if (failure === undefined) resolve(values[index] as never);
      else reject(toEnforcementError(failure, name));
      // Other calls may touch other parts of the file and would not notice the failure.
      for (const lasting of [DAMAGED, FENCED]) if (failure?.message === lasting.message) this.fail(lasting);
    }
  }
}

/** The number of deliveries to save or to claim. */
function countDeliveries(requests: readonly Request[]): number {
  let count = 0;
  for (const request of requests) {
    if (request[0] === "save") count += request[1].length;
    if (request[0] === "claim") for (const [, limit] of request[1].limits) count += limit;
  }
  return count;
}
