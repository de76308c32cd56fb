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
import type { UndoLog } from "./undo-log.ts";

interface CommitDependencies {
  readonly database: DatabaseSync;
  readonly requireOwned: () => void;
  readonly undo: UndoLog;
  readonly handle: (request: Request) => unknown;
  readonly recordEach: (changes: readonly ChangeRow[]) => ChangeStatus[];
  /** The providers at which known permits have become due since the last call. */
  readonly takeDue: () => string[];
}

/**
 * Groups requests into commits. Writes are carried out as they arrive, in a transaction that stays open until the last
 * parcel; reads are answered after the commit.
 */
export function createCommits({
  database,
  requireOwned,
  undo,
  handle,
  recordEach,
  takeDue,
}: CommitDependencies) {
  let requests: Request[] = [];
  /** The results of the writes, in order. */
  let written: unknown[] = [];
  let statuses: ChangeStatus[] = [];
  /** The failure after which no further write is carried out in this transaction. */
  let broken: { thrown: unknown } | undefined;

  /** Runs a write in the open transaction; does nothing after a failure. */
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
    // SQLite may have rolled back already, for example on a full disk.
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
    return { values, failures: failures.size === 0 ? null : failures, due: takeDue() };
  }

  /** Runs one write in a transaction of its own, so that a failing write does not fail the others of its commit. */
  function writeAlone(request: Request): unknown {
    // Each request would wait for the lock again, and thousands may be waiting.
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

  function endRecord(isWanted: boolean): Answers {
    if (isWanted && !statuses.includes("conflict")) commit();
    else abandon();
    const failure = broken && toWriterFailure(broken.thrown);
    const failures = failure === undefined ? null : new Map([[0, failure]]);
    return { values: [statuses], failures, due: takeDue() };
  }

  function begin(): void {
    requests = [];
    written = [];
    statuses = [];
    broken = undefined;
  }

  return function handleParcel(parcel: Parcel): Answers | undefined {
    if (parcel.kind === "changes") {
      carryOut(() => pushAll(statuses, recordEach(parcel.changes)));
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
