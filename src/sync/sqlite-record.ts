import type { DatabaseSync } from "node:sqlite";
import { judgeChange, type KnownState } from "./change-status.ts";
import type { ChangeStatus } from "./ledger.ts";
import { plateNumbersIn } from "./permit-document.ts";
import type { Claims } from "./sqlite-claims.ts";
import { type ChangeRow, type PermitChangeRow, STATES, type WithdrawalRow } from "./sqlite-messages.ts";
import type { NameTable } from "./sqlite-names.ts";
import type { UndoLog } from "./undo-log.ts";

interface Parts {
  readonly database: DatabaseSync;
  readonly companies: NameTable;
  readonly providers: NameTable;
  readonly claims: Claims;
  readonly undo: UndoLog;
}

interface KnownRow {
  readonly ref: number;
  readonly company: number;
  readonly revision: number;
  readonly state: KnownState;
  readonly content: string | null;
}

const [ACTIVE, REVOKED, FORGOTTEN] = [0, 1, 2];

/** What the host says of permits, written into the file. Inside a transaction of the caller's. */
export function createRecorder({ database, companies, providers, claims, undo }: Parts) {
  const find = database.prepare("SELECT ref, company, revision, state, content FROM permit WHERE id = ?");
  find.setReturnArrays(true);
  const insert = database.prepare(
    `INSERT INTO permit (id, company, revision, state, changed_at, ended_at, content, raws)
     VALUES (?, ?, ?, ${ACTIVE}, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const update = database.prepare(
    `UPDATE permit SET company = ?, revision = ?, state = ${ACTIVE}, changed_at = ?, ended_at = ?, content = ?,
     raws = ? WHERE ref = ?`,
  );
  // A permit that is revoked ends then, or at its own end if that came first.
  const withdraw = database.prepare(
    `UPDATE permit SET state = ?1, changed_at = ?2, ended_at = min(ifnull(ended_at, ?2), ?2) WHERE ref = ?3`,
  );
  const addPlate = database.prepare("INSERT INTO plate (company, number, permit) VALUES (?, ?, ?)");
  const removePlate = database.prepare("DELETE FROM plate WHERE company = ? AND number = ? AND permit = ?");
  const addDelivery = database.prepare(
    `INSERT INTO delivery (permit, provider, due_at, due_since) VALUES (?1, ?2, ?3, ?3)
     ON CONFLICT (permit, provider) DO NOTHING`,
  );
  const makeDue = database.prepare(
    `UPDATE delivery SET due_at = min(ifnull(due_at, ?1), ?1), due_since = min(ifnull(due_since, ?1), ?1)
     WHERE permit = ?2`,
  );

  function findKnown(permitId: string): KnownRow | undefined {
    const row = find.get(permitId) as unknown as [number, number, number, number, string | null] | undefined;
    if (row === undefined) return undefined;
    const [ref, company, revision, state, content] = row;
    return { ref, company, revision, state: STATES[state] ?? "active", content };
  }

  function givePermit(change: PermitChangeRow): ChangeStatus {
    const [kind, permitId, at, revision, companyId, validTo, content, raws, plateNumbers, providerIds] =
      change;
    const company = companies.refOf(companyId);
    // Most permits are new: one step instead of two.
    const inserted = insert.run(permitId, company, revision, at, validTo, content, raws);
    let ref = Number(inserted.lastInsertRowid);
    if (inserted.changes === 0) {
      const known = findKnown(permitId);
      const judged = { kind, permit: { revision } };
      const isSame = () => known?.content === content && known.company === company;
      const status = judgeChange(known, judged, isSame);
      if (status !== "recorded" || known === undefined) return status;
      ({ ref } = known);
      removePlates(known);
      update.run(company, revision, at, validTo, content, raws, ref);
      noteDue(ref, at);
    }
    if (typeof plateNumbers === "string") addPlate.run(company, plateNumbers, ref);
    else for (const number of plateNumbers) addPlate.run(company, number, ref);
    if (typeof providerIds === "string") addDelivery.run(ref, providers.refOf(providerIds), at);
    else for (const providerId of providerIds) addDelivery.run(ref, providers.refOf(providerId), at);
    return "recorded";
  }

  function withdrawPermit([kind, permitId, at]: WithdrawalRow): ChangeStatus {
    const known = findKnown(permitId);
    const status = judgeChange(known, { kind }, () => true);
    if (status !== "recorded" || known === undefined) return status;
    removePlates(known);
    withdraw.run(kind === "forget" ? FORGOTTEN : REVOKED, at, known.ref);
    noteDue(known.ref, at);
    return "recorded";
  }

  function removePlates({ ref, company, state, content }: KnownRow): void {
    if (state !== "active" || content === null) return;
    for (const number of plateNumbersIn(content)) removePlate.run(company, number, ref);
  }

  /** Its deliveries are due, and whoever works on one is told when it is saved. */
  function noteDue(permit: number, at: number): void {
    makeDue.run(at, permit);
    for (const provider of providers.refs()) claims.noteChange(claims.find(provider, permit), at);
  }

  /** Records one change after the other; what follows from a conflict is the caller's. */
  function recordEach(changes: readonly ChangeRow[]): ChangeStatus[] {
    return changes.map((change) => {
      claims.noteDue(change[2]);
      return change.length === 3 ? withdrawPermit(change) : givePermit(change);
    });
  }

  /** Records all of them, or nothing when there is a conflict. */
  function record(changes: readonly ChangeRow[]): ChangeStatus[] {
    if (changes.length === 1) return recordEach(changes);
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

  return { record, recordEach };
}
