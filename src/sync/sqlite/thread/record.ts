import type { DatabaseSync } from "node:sqlite";
import { judgeChange } from "../../ledger/change-status.ts";
import type { ChangeStatus } from "../../ledger/ledger.ts";
import { type ChangeRow, type PermitChangeRow, STATES, type WithdrawalRow } from "../messages.ts";
import type { Claims } from "./claims.ts";
import { createInserter, TOGETHER } from "./insert-permits.ts";
import type { NameTable } from "./name-table.ts";
import { type PermitRow, type PlateRow, type PlateTable, toPlateRows } from "./plate-table.ts";
import type { UndoLog } from "./undo-log.ts";

interface RecorderDependencies {
  readonly database: DatabaseSync;
  readonly companies: NameTable;
  readonly providers: NameTable;
  readonly claims: Claims;
  readonly plates: PlateTable;
  readonly undo: UndoLog;
}

interface KnownRow extends PermitRow {
  readonly revision: number;
  readonly endedAt: number | null;
}

type FoundRow = [
  ref: number,
  company: number,
  revision: number,
  state: number,
  endedAt: number | null,
  content: string | null,
];

const ACTIVE = 0;

const NONE: string[] = [];

/** Writes the host's changes into the file. Runs in the caller's transaction. */
export function createRecorder({
  database,
  companies,
  providers,
  claims,
  plates,
  undo,
}: RecorderDependencies) {
  const { insertOne, insertTogether, addDeliveries } = createInserter({
    database,
    companies,
    providers,
    plates,
  });
  const find = database.prepare(
    "SELECT ref, company, revision, state, ended_at, content FROM permit WHERE id = ?",
  );
  find.setReturnArrays(true);
  const update = database.prepare(
    `UPDATE permit SET company = ?, revision = ?, state = ${ACTIVE}, changed_at = ?, ended_at = ?, content = ?,
     raws = ? WHERE ref = ?`,
  );
  const withdraw = database.prepare(
    "UPDATE permit SET state = ?, changed_at = ?, ended_at = ? WHERE ref = ?",
  );
  const makeDue = database.prepare(
    `UPDATE delivery SET due_at = min(ifnull(due_at, ?), ?), due_since = min(ifnull(due_since, ?), ?)
     WHERE permit = ? RETURNING provider`,
  );
  makeDue.setReturnArrays(true);
  const due = new Set<number>();

  function findKnown(permitId: string): KnownRow | undefined {
    const row = find.get(permitId) as unknown as FoundRow | undefined;
    if (row === undefined) return undefined;
    const [ref, company, revision, state, endedAt, content] = row;
    return { ref, company, revision, state: STATES[state] ?? "active", endedAt, content };
  }

  function givePermit(change: PermitChangeRow): ChangeStatus {
    // Most permits are new, which saves the search.
    if (insertOne(change)) return "recorded";
    const [kind, permitId, at, place, revision, companyId, validTo, content, raws, , plateNumbers] = change;
    const company = companies.refOf(companyId);
    const known = findKnown(permitId);
    const isSame = () => known?.content === content && known.company === company;
    const status = judgeChange(known, { kind, permit: { revision } }, isSame);
    if (status !== "recorded" || known === undefined) return status;
    const { ref } = known;
    update.run(company, revision, at, validTo, content, raws, ref);
    plates.remove(known);
    plates.add(toPlateRows(company, plateNumbers, ref));
    noteDue(ref, at, place);
    addDeliveries(ref, change);
    return "recorded";
  }

  function withdrawPermit([kind, permitId, at, place]: WithdrawalRow): ChangeStatus {
    const known = findKnown(permitId);
    const status = judgeChange(known, { kind }, () => true);
    if (status !== "recorded" || known === undefined) return status;
    // A withdrawn permit ends at its withdrawal, or at its own end if that came first.
    const endedAt = Math.min(known.endedAt ?? at, at);
    const state = kind === "forget" ? "forgotten" : "revoked";
    withdraw.run(STATES.indexOf(state), at, endedAt, known.ref);
    plates.remove(known);
    noteDue(known.ref, at, place);
    return "recorded";
  }

  /** Makes the permit's deliveries due. A claim learns of the change when it is saved. */
  function noteDue(permit: number, at: number, place: number): void {
    for (const [provider] of makeDue.all(place, place, at, at, permit) as unknown as [number][]) {
      claims.noteChange(claims.find(provider, permit), at, place);
      due.add(provider);
    }
  }

  /** Records the changes one after the other. The caller handles conflicts. */
  function recordEach(changes: readonly ChangeRow[]): ChangeStatus[] {
    const statuses: ChangeStatus[] = [];
    const added: PlateRow[] = [];
    while (statuses.length < changes.length) {
      const some = changes.slice(statuses.length, statuses.length + TOGETHER);
      for (const { 3: place } of some) claims.noteDue(place);
      const areNew = some.length === TOGETHER && some.every(isGiven) && insertTogether(some, added);
      // A later change of a new permit looks for its plates in the table.
      if (!areNew) plates.add(added.splice(0));
      for (const change of some) statuses.push(areNew ? "recorded" : recordOne(change));
    }
    plates.add(added);
    return statuses;
  }

  function recordOne(change: ChangeRow): ChangeStatus {
    return isGiven(change) ? givePermit(change) : withdrawPermit(change);
  }

  /** Records all changes, or none when there is a conflict. */
  function record(changes: readonly ChangeRow[]): ChangeStatus[] {
    const mark = undo.mark;
    database.exec("SAVEPOINT record");
    const statuses = recordEach(changes);
    if (statuses.includes("conflict")) {
      database.exec("ROLLBACK TO record");
      undo.undo(mark);
    }
    database.exec("RELEASE record");
    return statuses;
  }

  /** The providers at which known permits have become due since the last call. */
  function takeDue(): string[] {
    if (due.size === 0) return NONE;
    const names = Array.from(due, (provider) => providers.nameOf(provider));
    due.clear();
    return names;
  }

  return { record, recordEach, takeDue };
}

function isGiven(change: ChangeRow): change is PermitChangeRow {
  return change.length > 4;
}
