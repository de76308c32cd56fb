import { startPostgres } from "../../sync/postgres/process.ts";
import { assertSameRegistrations, countRegistrations } from "./same-registrations.ts";
import { assertSameResult, startEntries, stopAll, takeTurns } from "./take-turns.ts";
import { again, type Measured, type Target, toMeasured } from "./targets.ts";
import { startVendor } from "./vendor.ts";

export interface PostgresPlan {
  readonly rounds: number;
  readonly registrations: number;
}

const OURS = "ours, postgresLedger";
const PG_BOSS = "pg-boss, one job for each permit";

const TARGETS: readonly Target[] = [[OURS, PG_BOSS, 0.8]];

/** Records and delivers over a PostgreSQL that syncs every commit to the disk. */
export async function measurePostgres({ rounds, registrations }: PostgresPlan): Promise<Measured> {
  const entries = [OURS, PG_BOSS, again(PG_BOSS)].map((name) => ({
    name,
    contender: name.replace(/, again$/, ""),
    permits: registrations,
  }));
  const vendor = await startVendor();
  const postgres = await startPostgres();
  const children = startEntries(entries, { origin: vendor.origin, postgresHost: postgres.host });
  try {
    await assertSameRegistrations(vendor, children);
    await assertSameResult(children, [OURS, PG_BOSS], 250);
    const before = () => vendor.reset();
    const check = countRegistrations(vendor);
    const turns = await takeTurns(children, entries, { rounds, before, check });
    return toMeasured("registrations per second, PostgreSQL", turns, TARGETS);
  } finally {
    await stopAll([...children.values(), vendor, postgres]);
  }
}
