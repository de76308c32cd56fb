import type { DatabaseSync } from "node:sqlite";
import type { ChangeStatus } from "./ledger.ts";
import { toWriterFailure } from "./sqlite-errors.ts";
import { type Answer, type ChangeRow, type Parcel, type Request, WRITES } from "./sqlite-messages.ts";
import type { UndoLog } from "./undo-log.ts";

interface Parts {
  readonly database: DatabaseSync;
  readonly undo: UndoLog;
  readonly handle: (request: Request) => unknown;
  readonly recordEach: (changes: readonly ChangeRow[]) => ChangeStatus[];
}

/**
 * Puts requests into commits. What changes the file is carried out as it comes in, in a transaction that is open until
 * the last parcel; what reads is answered after the commit.
 */
export function createCommits({ database, undo, handle, recordEach }: Parts) {
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
      database.exec("COMMIT");
      undo.clear();
    });
  }

  function abandon(): void {
    // A full disk may have rolled it back already.
    if (database.isTransaction) database.exec("ROLLBACK");
    undo.undo();
  }

  /** One that could not be carried out with others takes nobody else's with it. */
  function writeAlone(request: Request): Answer {
    broken = undefined;
    let value: unknown;
    carryOut(() => {
      value = handle(request);
    });
    commit();
    return toAnswer(value);
  }

  function toAnswer(value: unknown): Answer {
    return broken === undefined
      ? { ok: true, value }
      : { ok: false, failure: toWriterFailure(broken.thrown) };
  }

  function read(request: Request): Answer {
    try {
      return { ok: true, value: handle(request) };
    } catch (thrown) {
      return { ok: false, failure: toWriterFailure(thrown) };
    }
  }

  function take(more: readonly Request[]): void {
    for (const request of more) {
      requests.push(request);
      if (WRITES.has(request.name)) carryOut(() => written.push(handle(request)));
    }
  }

  function answerAll(): Answer[] {
    if (database.isTransaction) commit();
    const isWritten = broken === undefined;
    let next = 0;
    return requests.map((request) => {
      if (!WRITES.has(request.name)) return read(request);
      return isWritten ? toAnswer(written[next++]) : writeAlone(request);
    });
  }

  function endRecord(isWanted: boolean): Answer[] {
    if (isWanted && !statuses.includes("conflict")) commit();
    else abandon();
    return [toAnswer(statuses)];
  }

  function begin(): void {
    requests = [];
    written = [];
    statuses = [];
    broken = undefined;
  }

  return function handleParcel(parcel: Parcel): Answer[] | undefined {
    if (parcel.kind === "changes") {
      carryOut(() => {
        for (const status of recordEach(parcel.changes)) statuses.push(status);
      });
      return undefined;
    }
    if (parcel.kind === "requests") take(parcel.requests);
    if (parcel.kind === "requests" && !parcel.isLast) return undefined;
    const answers = parcel.kind === "end" ? endRecord(parcel.isWanted) : answerAll();
    begin();
    return answers;
  };
}
