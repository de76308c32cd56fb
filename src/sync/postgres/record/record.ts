import type { ChangeStatus, LedgerChange } from "../../ledger/ledger.ts";
import {
  inTransaction,
  NothingToCommit,
  type PostgresPool,
  type PostgresRunner,
} from "../connect/connection.ts";
import type { DatabaseClock } from "../database-clock.ts";
import type { PostgresWakes } from "../wake/wakes.ts";
import { judgeCall, type PermitNow, permitIdOf } from "./judge-changes.ts";
import { lockPermits, writePermits } from "./write-permits.ts";

/** What the parts of the ledger depend on. */
export interface PostgresDependencies {
  readonly pool: PostgresPool;
  /** The schema's name, quoted for statements. */
  readonly schema: string;
  readonly clock: DatabaseClock;
  readonly wakes: PostgresWakes;
}

// The changes that are encoded in one turn of the event loop: a millisecond or two.
const CHANGES_ENCODED_PER_TURN = 200;

/**
 * Records calls together, in one transaction. A call with a conflict changes nothing and does not affect the others.
 */
export async function recordCalls(
  calls: readonly (readonly LedgerChange[])[],
  parts: PostgresDependencies,
  { lockTimeoutMs, isKnownHere }: { lockTimeoutMs: number; isKnownHere: boolean },
): Promise<{ statuses: ChangeStatus[][]; providerIds: readonly string[] }> {
  return inTransaction(parts.pool, { operation: "record", lockTimeoutMs }, async (client) => {
    const written = await writeCalls(client, calls, { ...parts, byMarks: false });
    await parts.wakes.announce(written.providerIds, client, { isKnownHere });
    return written;
  });
}

/** Records one large call slice by slice, all or nothing. */
export async function recordLargeCall(
  changes: readonly LedgerChange[],
  parts: PostgresDependencies,
  { isKnownHere }: { isKnownHere: boolean },
): Promise<{ statuses: ChangeStatus[]; providerIds: readonly string[] }> {
  let written: { statuses: ChangeStatus[]; providerIds: readonly string[] } = {
    statuses: [],
    providerIds: [],
  };
  try {
    await inTransaction(parts.pool, { operation: "record" }, async (client) => {
      written = await writeSlices(client, changes, { ...parts, byMarks: false, isKnownHere });
      if (written.statuses.includes("conflict")) throw new NothingToCommit();
    });
  } catch (error) {
    if (!(error instanceof NothingToCommit)) throw error;
  }
  return written;
}

/** Writes changes in an open transaction, slice by slice, and announces the providers with due deliveries. */
export async function writeSlices(
  runner: PostgresRunner,
  changes: readonly LedgerChange[],
  parts: PostgresDependencies & { byMarks: boolean; isKnownHere: boolean },
): Promise<{ statuses: ChangeStatus[]; providerIds: readonly string[] }> {
  const statuses: ChangeStatus[] = [];
  const due = new Set<string>();
  for (let start = 0; start < changes.length; start += CHANGES_ENCODED_PER_TURN) {
    const written = await writeCalls(runner, [changes.slice(start, start + CHANGES_ENCODED_PER_TURN)], parts);
    statuses.push(...written.statuses.flat());
    for (const providerId of written.providerIds) due.add(providerId);
  }
  const providerIds = [...due];
  if (!statuses.includes("conflict")) await parts.wakes.announce(providerIds, runner, parts);
  return { statuses, providerIds };
}

async function writeCalls(
  runner: PostgresRunner,
  calls: readonly (readonly LedgerChange[])[],
  { schema, byMarks }: PostgresDependencies & { byMarks: boolean },
): Promise<{ statuses: ChangeStatus[][]; providerIds: string[] }> {
  const ids = new Set(calls.flatMap((changes) => changes.map(permitIdOf)));
  const before = await lockPermits(runner, schema, [...ids]);
  const after = new Map<string, PermitNow>(before);
  const statuses = calls.map((changes) => judgeCall(changes, after));
  const touched = [...after]
    .filter(([, now]) => now.recorded !== undefined)
    .map(([id, now]) => ({ id, before: before.get(id), now }));
  if (touched.length === 0) return { statuses, providerIds: [] };
  return { statuses, providerIds: await writePermits(runner, touched, { schema, byMarks }) };
}
