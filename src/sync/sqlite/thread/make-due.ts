import type { DatabaseSync } from "node:sqlite";
import { SAME_CLOCK_MS } from "../../ledger/delivery-facts.ts";
import { LEASE_MS } from "../../ledger/lease.ts";
import type { Operations } from "../messages.ts";
import type { Claims } from "./claims.ts";
import type { NameTable } from "./name-table.ts";

interface RefresherDependencies {
  readonly database: DatabaseSync;
  readonly companies: NameTable;
  readonly providers: NameTable;
  readonly claims: Claims;
}

/** Makes a company's deliveries due, some permits at a time. Runs in the caller's transaction. */
export function createRefresher({ database, companies, providers, claims }: RefresherDependencies) {
  // The last permit of a step. A company may have a million permits, and other calls write between two steps.
  const findEnd = database.prepare(
    "SELECT max(ref) FROM (SELECT ref FROM permit WHERE company = ? AND ref > ? ORDER BY ref LIMIT ?)",
  );
  findEnd.setReturnArrays(true);
  const update = database.prepare(
    `UPDATE delivery SET due_at = min(ifnull(due_at, ?), ?), due_since = min(ifnull(due_since, ?), ?)
     WHERE permit IN
       (SELECT ref FROM permit WHERE company = ? AND ref > ? AND ref <= ? AND content IS NOT NULL)`,
  );
  const insert = database.prepare(
    `INSERT INTO delivery (permit, provider, due_at, due_since)
     SELECT ref, ?, ?, ? FROM permit WHERE company = ? AND ref > ? AND ref <= ? AND content IS NOT NULL
       AND state = 0 AND (ended_at IS NULL OR ended_at > ?)
     ON CONFLICT (permit, provider) DO NOTHING`,
  );

  const listProviders = database.prepare(
    `SELECT provider FROM delivery WHERE permit IN
       (SELECT ref FROM permit WHERE company = ? AND ref > ? AND ref <= ? AND content IS NOT NULL)`,
  );
  listProviders.setReturnArrays(true);

  return function makeDue(request: Operations["makeDue"][0]): Operations["makeDue"][1] {
    const { companyId, providerIds, at, after, limit } = request;
    const company = companies.find(companyId);
    if (company === undefined) return { count: 0, due: [], next: null };
    const [end] = findEnd.get(company, after, limit) as unknown as [number | null];
    if (end === null) return { count: 0, due: [], next: null };
    claims.noteDue(at);
    let count = Number(update.run(at, at, at, at, company, after, end).changes);
    for (const providerId of new Set(providerIds)) {
      const provider = providers.refOf(providerId);
      count += Number(insert.run(provider, at, at, company, after, end, at).changes);
    }
    for (const claim of claims.all()) {
      if (claim.company === company && claim.permit > after && claim.permit <= end)
        claims.noteChange(claim, at);
    }
    const found = listProviders.all(company, after, end) as unknown as [number][];
    const due = new Set(found.map(([provider]) => provider));
    return { count, due: Array.from(due, (provider) => providers.nameOf(provider)), next: end };
  };
}

interface RewinderDependencies {
  readonly database: DatabaseSync;
  readonly providers: NameTable;
  readonly claims: Claims;
}

/** Makes due what was dated by a clock that was ahead. Runs in the caller's transaction. */
export function createRewinder({ database, providers, claims }: RewinderDependencies) {
  const findLast = database.prepare(
    "SELECT max(permit) FROM (SELECT permit FROM delivery WHERE permit > ? ORDER BY permit LIMIT ?)",
  );
  findLast.setReturnArrays(true);
  // Deliveries that wait for another attempt, were due by `latest` (also those whose place in line is not ahead), or were decided later than now: `decidedAt` is the
  // fourth element of a document.
  const update = database.prepare(
    `UPDATE delivery SET due_since = min(ifnull(due_since, :now), :now), due_at = min(ifnull(due_at, :now), :now)
     WHERE permit > :after AND permit <= :last AND provider = :provider
       AND ((due_at > :now AND (due_at > due_since OR due_at <= :latest))
         OR (due_at < due_since AND due_since > :now) OR document ->> '$[3]' > :noticed)`,
  );
  const forgetAhead = database.prepare("DELETE FROM read_back WHERE provider = ? AND read_at > ?");
  const updateClaimed = database.prepare(
    `UPDATE delivery SET due_since = min(ifnull(due_since, :now), :now), due_at = min(ifnull(due_at, :now), :now)
     WHERE permit = :permit AND provider = :provider`,
  );

  return {
    rewind(request: Operations["rewind"][0]): Operations["rewind"][1] {
      const { providerId, latest, now, after, limit } = request;
      const provider = providers.find(providerId);
      const [last] = findLast.get(after, limit) as unknown as [number | null];
      if (provider === undefined) return null;
      if (after === 0) forgetAhead.run(provider, now);
      if (last === null) return null;
      const noticed = new Date(now + SAME_CLOCK_MS).toISOString();
      update.run({ now, latest, after, last, provider, noticed });
      for (const claim of claims.of(provider).values()) {
        // The claim would last longer by as much as the clock was ahead.
        claims.shorten(claim, now + LEASE_MS);
        // A claimed delivery may still be saved with such a decision. Where it never is, it is due when its claim is over.
        claims.noteChange(claim, now);
        updateClaimed.run({ now, permit: claim.permit, provider });
      }
      claims.noteDue(now);
      return last;
    },
  };
}
