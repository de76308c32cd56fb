import type { DatabaseSync } from "node:sqlite";
import { decodeDelivery } from "../../ledger/delivery-document.ts";
import { targetsOf } from "../../ledger/delivery-facts.ts";
import type { OneOrMany, SaveRow } from "../messages.ts";
import type { Claim, Claims } from "./claims.ts";
import type { UndoLog } from "./undo-log.ts";

interface SaverDependencies {
  readonly database: DatabaseSync;
  readonly claims: Claims;
  readonly undo: UndoLog;
}

// The targets in a document do not depend on its owner.
const ANY_OWNER = { providerId: "", permitId: "" };

const NONE: ReadonlySet<number> = new Set();

const NO_FAILURES: NonNullable<SaveRow[5]> = [];

/** Writes deliveries and their entries in the other tables. Runs in the caller's transaction. */
export function createSaver({ database, claims, undo }: SaverDependencies) {
  const readDueSince = database.prepare("SELECT due_since FROM delivery WHERE permit = ? AND provider = ?");
  const write = database.prepare(
    `UPDATE delivery SET document = ?, live_until = ?, unmapped = ?, failed = ?
     WHERE permit = ? AND provider = ?`,
  );
  const writeReleased = database.prepare(
    `UPDATE delivery SET document = ?, live_until = ?, unmapped = ?, failed = ?, due_at = ?, due_since = ?
     WHERE permit = ? AND provider = ?`,
  );
  const findTarget = database.prepare("SELECT ref FROM target WHERE provider = ? AND name = ?");
  const addTarget = database.prepare("INSERT INTO target (provider, name) VALUES (?, ?)");
  const addPlace = database.prepare("INSERT OR IGNORE INTO place (target, permit) VALUES (?, ?)");
  const removePlace = database.prepare("DELETE FROM place WHERE target = ? AND permit = ?");
  const addFailure = database.prepare(
    "INSERT OR REPLACE INTO failure (permit, provider, failed_at, reference) VALUES (?, ?, ?, ?)",
  );
  const removeFailures = database.prepare("DELETE FROM failure WHERE permit = ? AND provider = ?");
  for (const statement of [readDueSince, findTarget]) statement.setReturnArrays(true);

  const targetRefs = new Map<number, Map<string, number>>();

  function targetRefOf(provider: number, name: string): number {
    const refs = targetRefs.get(provider) ?? new Map<string, number>();
    targetRefs.set(provider, refs);
    const known = refs.get(name);
    if (known !== undefined) return known;
    const found = findTarget.get(provider, name) as unknown as [number] | undefined;
    const ref = found?.[0] ?? Number(addTarget.run(provider, name).lastInsertRowid);
    refs.set(name, ref);
    undo.add(() => refs.delete(name));
    return ref;
  }

  function refsOf(provider: number, names: Iterable<string>): ReadonlySet<number> {
    const refs = new Set<number>();
    for (const name of names) refs.add(targetRefOf(provider, name));
    return refs;
  }

  function findRefs(provider: number, targets: OneOrMany<string>): ReadonlySet<number> {
    if (typeof targets === "string") return new Set([targetRefOf(provider, targets)]);
    return targets.length === 0 ? NONE : refsOf(provider, targets);
  }

  function place(permit: number, before: ReadonlySet<number>, after: ReadonlySet<number>): void {
    for (const target of before) if (!after.has(target)) removePlace.run(target, permit);
    for (const target of after) if (!before.has(target)) addPlace.run(target, permit);
  }

  function saveOne(claim: Claim, row: SaveRow): void {
    const [, document, liveUntil, unmapped, targets, refused, settled, askedFor = null] = row;
    const failures = refused ?? NO_FAILURES;
    const { permit, provider, written } = claim;
    const before = written.targets ?? readTargets(provider, claim.document);
    const after = findRefs(provider, targets);
    place(permit, before, after);
    if (written.failed > 0) removeFailures.run(permit, provider);
    for (const [reference, failedAt] of failures) addFailure.run(permit, provider, failedAt, reference);
    if (settled === undefined) {
      write.run(document, liveUntil, unmapped, failures.length, permit, provider);
      claims.noteWritten(claim, { targets: after, failed: failures.length });
      return;
    }
    const dueAt = claim.changedPlace ?? askedFor;
    const dueSince = claim.changedAt ?? askedFor;
    const since = settled ? dueSince : earlier(findDueSince(permit, provider), dueSince);
    writeReleased.run(document, liveUntil, unmapped, failures.length, dueAt, since, permit, provider);
    claims.release(claim);
    if (dueAt !== null) claims.noteDue(dueAt);
  }

  function findDueSince(permit: number, provider: number): number | null {
    const found = readDueSince.get(permit, provider) as unknown as [number | null] | undefined;
    return found?.[0] ?? null;
  }

  function readTargets(provider: number, document: string | null): ReadonlySet<number> {
    return document === null ? NONE : refsOf(provider, targetsOf(decodeDelivery(document, ANY_OWNER)));
  }

  return {
    save(rows: readonly SaveRow[]): boolean[] {
      return rows.map((row) => {
        const claim = claims.get(row[0]);
        if (claim !== undefined) saveOne(claim, row);
        return claim !== undefined;
      });
    },
    /** Removes a delivery's entries from the tables of targets and failures. */
    unlist(permit: number, provider: number, document: string | null): void {
      place(permit, readTargets(provider, document), NONE);
      removeFailures.run(permit, provider);
    },
  };
}

/** The earlier of two instants; null means never. */
function earlier(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
