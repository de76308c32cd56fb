import type { DatabaseSync } from "node:sqlite";
import type { ClaimedRow, Operations } from "../messages.ts";
import type { Claim, Claims } from "./claims.ts";
import type { NameTable } from "./name-table.ts";

interface WorkFinderDependencies {
  readonly database: DatabaseSync;
  readonly companies: NameTable;
  readonly providers: NameTable;
  readonly claims: Claims;
}

type DueRow = [permit: number, dueAt: number];

type WorkRow = [
  dueAt: number | null,
  dueSince: number | null,
  document: string | null,
  permitId: string,
  company: number,
  state: number,
  revision: number,
  changedAt: number,
  content: string | null,
  raws: string | null,
  failed: number,
  permit: number,
];

const WORK =
  "due_at, due_since, document, id, company, state, revision, changed_at, content, raws, failed, delivery.permit";

/** Finds due deliveries and claims them. Writes nothing. */
export function createWorkFinder({ database, companies, providers, claims }: WorkFinderDependencies) {
  const listDue = database.prepare(
    `SELECT permit, due_at FROM delivery WHERE provider = ? AND due_at IS NOT NULL AND due_at <= ?
     ORDER BY due_at, permit LIMIT ?`,
  );
  const listWork = database.prepare(
    `SELECT ${WORK} FROM delivery CROSS JOIN permit ON permit.ref = delivery.permit
     WHERE provider = ? AND due_at IS NOT NULL AND due_at <= ? AND (due_at, delivery.permit) > (?, ?)
     ORDER BY due_at, delivery.permit LIMIT ?`,
  );
  const findWork = database.prepare(
    `SELECT ${WORK} FROM delivery JOIN permit ON permit.ref = delivery.permit WHERE permit = ? AND provider = ?`,
  );
  const findPermit = database.prepare("SELECT ref FROM permit WHERE id = ?");
  const countDue = database.prepare(
    `SELECT count(*), min(due_since) FROM delivery WHERE provider = ? AND due_at IS NOT NULL AND due_at <= ?
     AND due_since <= ?`,
  );
  // Due later, with something to do since earlier: the delivery waits for another attempt.
  const countWaiting = database.prepare(
    `SELECT count(*), min(due_since) FROM delivery INDEXED BY delivery_waiting WHERE provider = ?
     AND due_since IS NOT NULL AND (due_at IS NULL OR due_at > due_since) AND due_since <= ?
     AND (due_at IS NULL OR due_at > ?)`,
  );
  const countFailed = database.prepare("SELECT count(*) FROM failure WHERE provider = ?");
  const countUnmapped = database.prepare(
    `SELECT count(*) FROM delivery JOIN permit ON permit.ref = delivery.permit
     WHERE provider = ? AND unmapped = 1 AND state = 0 AND (ended_at IS NULL OR ended_at > ?)`,
  );
  const counts = [countDue, countWaiting, countFailed, countUnmapped];
  for (const statement of [listDue, listWork, findWork, findPermit, ...counts])
    statement.setReturnArrays(true);

  function readWork(permit: number, provider: number): WorkRow | undefined {
    return findWork.get(permit, provider) as unknown as WorkRow | undefined;
  }

  function listDueRows(provider: number, until: number, limit: number): DueRow[] {
    return listDue.all(provider, until, limit) as unknown as DueRow[];
  }

  function take(row: WorkRow, { provider, now, until }: { provider: number; now: number; until: number }) {
    const [dueAt, dueSince, document, permitId, company, state, revision, changedAt, content, raws] = row;
    const [failed, permit] = [row[10], row[11]];
    const since = dueSince === null ? now : Math.min(dueSince, now);
    const written = { targets: undefined, failed };
    const { version } = claims.take({
      permit,
      provider,
      company,
      until,
      since,
      dueAt,
      document,
      written,
    });
    const companyId = companies.nameOf(company);
    const claimed: ClaimedRow = [
      version,
      since,
      document,
      permitId,
      companyId,
      state,
      revision,
      changedAt,
      content,
      raws,
      dueAt !== null && dueSince !== null && dueAt < dueSince,
    ];
    return claimed;
  }

  function claimOf(
    providerId: string,
    { now, limit, leaseMs }: { now: number; limit: number; leaseMs: number },
  ): ClaimedRow[] {
    const provider = providers.find(providerId);
    if (provider === undefined) return [];
    const taken = claims.of(provider);
    const claimed: ClaimedRow[] = [];
    let place = claims.placeToLook(provider, now);
    let rows: WorkRow[];
    do {
      rows = listWork.all(provider, now, place.dueAt, place.permit, limit) as unknown as WorkRow[];
      for (const row of rows) {
        if (claimed.length >= limit) break;
        const [dueAt, permit] = [row[0] ?? now, row[11]];
        place = { dueAt, permit };
        if ((taken.get(permit)?.until ?? 0) <= now)
          claimed.push(take(row, { provider, now, until: now + leaseMs }));
      }
    } while (claimed.length < limit && rows.length === limit);
    claims.noteLooked(provider, place);
    return claimed;
  }

  function nextDueOf(providerId: string): number | null {
    const provider = providers.find(providerId);
    if (provider === undefined) return null;
    const taken = claims.of(provider);
    const rows = listDueRows(provider, Number.MAX_SAFE_INTEGER, taken.size + 1);
    let next = rows.find(([permit]) => !taken.has(permit))?.[1] ?? Number.POSITIVE_INFINITY;
    for (const { dueAt, until } of taken.values()) {
      if (dueAt !== null) next = Math.min(next, Math.max(dueAt, until));
    }
    return Number.isFinite(next) ? next : null;
  }

  return {
    claim: ({ limits, now, leaseMs }: Operations["claim"][0]): ClaimedRow[][] =>
      limits.map(([providerId, limit]) => claimOf(providerId, { now, limit, leaseMs })),

    claimOne({ providerId, permitId, now, leaseMs }: Operations["claimOne"][0]): ClaimedRow | null {
      const provider = providers.find(providerId);
      const found = findPermit.get(permitId) as unknown as [number] | undefined;
      if (provider === undefined || found === undefined) return null;
      const [permit] = found;
      const claim = claims.find(provider, permit);
      const row = readWork(permit, provider);
      if (row === undefined || (claim !== undefined && claim.until > now)) return null;
      return take(row, { provider, now, until: now + leaseMs });
    },

    findNextDue: (providerIds: Operations["findNextDue"][0]): (number | null)[] => providerIds.map(nextDueOf),

    count: ({ providerIds, now }: Operations["count"][0]): Operations["count"][1] =>
      providerIds.map((providerId) => countOf(providerId, now)),
  };

  function countOf(providerId: string, now: number): Operations["count"][1][number] {
    const provider = providers.find(providerId);
    if (provider === undefined) return { pending: 0, oldestDueSince: null, failed: 0, unmapped: 0 };
    const [due, oldestDue] = countDue.get(provider, now, now) as unknown as [number, number | null];
    const [waiting, oldestWaiting] = countWaiting.get(provider, now, now) as unknown as [
      number,
      number | null,
    ];
    const undue = [...claims.of(provider).values()].filter((claim) => isUndue(claim, now));
    const since = [oldestDue, oldestWaiting, ...undue.map((claim) => claim.since)];
    const known = since.filter((one) => one !== null);
    return {
      pending: due + waiting + undue.length,
      oldestDueSince: known.length === 0 ? null : Math.min(...known),
      failed: Number((countFailed.get(provider) as unknown as [number])[0]),
      unmapped: Number((countUnmapped.get(provider, now) as unknown as [number])[0]),
    };
  }

  /** Whether a delivery is claimed although its row has nothing to do. */
  function isUndue({ permit, provider, until }: Claim, now: number): boolean {
    if (until <= now) return false;
    const dueSince = readWork(permit, provider)?.[1] ?? null;
    return dueSince === null || dueSince > now;
  }
}
