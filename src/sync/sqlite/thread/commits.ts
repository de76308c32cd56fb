import type { DatabaseSync } from "node:sqlite";
import type { ChangeStatus } from "../../ledger/ledger.ts";
import { isLockedByOther, toWriterFailure } from "../errors.ts";
import {
  type Answers,
  type ChangeRow,
  type Parcel,
  type Request,
  WRITES,
  type WriterFailure,
} from "../messages.ts";
import type { PermitIndex } from "./permit-index.ts";
import type { UndoLog } from "./undo-log.ts";

interface Parts {
  readonly database: DatabaseSync;
  readonly requireOwned: () => void;
  readonly undo: UndoLog;
  readonly index: PermitIndex;
  readonly handle: (request: Request) => unknown;
  readonly recordEach: (changes: readonly ChangeRow[]) => ChangeStatus[];
}

/**
 * Puts requests into commits. What changes the file is carried out as it comes in, in a transaction that is open until
 * the last parcel; what reads is answered after the commit.
 */
export function createCommits({ database, requireOwned, undo, index, handle, recordEach }: Parts) {
  let requests: Request[] = [];
  /** Of the requests that write, in their order. */
  let written: unknown[] = [];
  let statuses: ChangeStatus[] = [];
  /** Why nothing more is carried out before the end. */
  let broken: { thrown: unknown } | undefined;

  /** Carries something out in the open transaction; after a failure, nothing more. */
  function carryOut(write: () => void): void {
    if (broken !== undefined) return;
    try {
      if (!database.isTransaction) database.exec("BEGIN IMMEDIATE");
      write();
    } catch (thrown) {
      abandon();
      broken = { thrown };
    }
  }

  function commit(): void {
    carryOut(() => {
      requireOwned();
      database.exec("COMMIT");
      undo.clear();
    });
  }

  function abandon(): void {
    // A full disk may have rolled it back already.
    if (database.isTransaction) database.exec("ROLLBACK");
    undo.undo();
  }

  function take(more: readonly Request[]): void {
    let changes: ChangeRow[] = [];
    const recordThem = () => {
      const some = changes;
      changes = [];
      if (some.length > 0) carryOut(() => pushAll(written, recordEach(some)));
    };
    for (const request of more) {
      requests.push(request);
      if (request[0] === "recordOne") changes.push(request[1]);
      else if (WRITES.has(request[0])) {
        recordThem();
        carryOut(() => written.push(handle(request)));
      }
    }
    recordThem();
  }

  function answerAll(): Answers {
    if (database.isTransaction) commit();
    const isWritten = broken === undefined;
    const values: unknown[] = [];
    const failures = new Map<number, WriterFailure>();
    let next = 0;
    for (const request of requests) {
      const isWrite = WRITES.has(request[0]);
      try {
        if (!isWrite) values.push(handle(request));
        else values.push(isWritten ? written[next++] : writeAlone(request));
      } catch (thrown) {
        failures.set(values.length, toWriterFailure(thrown));
        values.push(null);
      }
    }
    return { values, failures: failures.size === 0 ? null : failures };
  }

  /** One that could not be carried out with others takes nobody else's with it. */
  function writeAlone(request: Request): unknown {
    // Each would wait for the lock anew, and thousands of calls may be waiting.
    if (broken !== undefined && isLockedByOther(broken.thrown)) throw broken.thrown;
    broken = undefined;
    let value: unknown;
    carryOut(() => {
      value = handle(request);
    });
    commit();
    throwIfBroken();
    return value;
  }

  function throwIfBroken(): void {
    if (broken !== undefined) throw broken.thrown;
  }

  /** Nobody keeps in memory which plates a large call has given: its permits are indexed with it, some of them meanwhile. */
  function takePart(changes: readonly ChangeRow[]): void {
    pushAll(statuses, recordEach(changes));
    index.addIfMany();
  }

  function endRecord(isWanted: boolean): Answers {
    if (isWanted && !statuses.includes("conflict")) {
      carryOut(index.catchUp);
      commit();
    } else abandon();
    const failure = broken && toWriterFailure(broken.thrown);
    return { values: [statuses], failures: failure === undefined ? null : new Map([[0, failure]]) };
  }

  function begin(): void {
    requests = [];
    written = [];
    statuses = [];
    broken = undefined;
  }

  return function handleParcel(parcel: Parcel): Answers | undefined {
    if (parcel.kind === "changes") {
      carryOut(() => takePart(parcel.changes));
      return undefined;
    }
    if (parcel.kind === "requests") take(parcel.requests);
    if (parcel.kind === "requests" && !parcel.isLast) return undefined;
    const answers = parcel.kind === "end" ? endRecord(parcel.isWanted) : answerAll();
    begin();
    return answers;
  };
}

function pushAll<Value>(list: Value[], values: readonly Value[]): void {
  for (const value of values) list.push(value);
}
