import { createRequire } from "node:module";
import { fieldError } from "../../core/fields.ts";

type PgBossClass = typeof import("pg-boss").PgBoss;

/**
 * The lowest version of pg-boss that `postgresLedger` works with: older ones cannot move waiting jobs with `update`.
 */
const LOWEST_BOSS = "12.25";
/** Older versions of pg never connect on a Node later than 13. */
const LOWEST_PG = [8, 0, 3] as const;

/**
 * Loads pg-boss, an optional peer dependency. It is loaded when a ledger is opened, so that the entry can be imported
 * without it, and beside any version of it.
 *
 * @throws EnforcementError `invalid_config` when it is missing or too old
 */
export async function loadBoss(): Promise<PgBossClass> {
  let loaded: { PgBoss?: PgBossClass };
  try {
    loaded = await import("pg-boss");
  } catch {
    throw fieldError(
      "pg-boss",
      `cannot be loaded; run: npm install pg-boss@">=${LOWEST_BOSS}"`,
      "invalid_config",
    );
  }
  // Before version 12 the class is a default export.
  if (typeof loaded.PgBoss?.prototype.update === "function") return loaded.PgBoss;
  throw fieldError(
    "pg-boss",
    `is older than ${LOWEST_BOSS}, the lowest version that postgresLedger works with; ` +
      `run: npm install pg-boss@">=${LOWEST_BOSS}"`,
    "invalid_config",
  );
}

/**
 * Refuses packages that are too old, before anything is created in the database.
 *
 * @throws EnforcementError `invalid_config` naming the lowest version that works
 */
export async function checkPackages(): Promise<void> {
  checkPg();
  await loadBoss();
}

function checkPg(): void {
  const version = readPgVersion();
  if (version === undefined || !isOlder(version, LOWEST_PG)) return;
  const lowest = LOWEST_PG.join(".");
  throw fieldError(
    "pool",
    `the installed pg ${version} is older than ${lowest} and cannot connect on this Node; ` +
      `run: npm install pg@">=${lowest}"`,
    "invalid_config",
  );
}

/** Undefined where pg cannot be found: the host may have created the pool from a bundle. */
function readPgVersion(): string | undefined {
  try {
    return createRequire(import.meta.url)("pg/package.json").version;
  } catch {
    return undefined;
  }
}

function isOlder(version: string, lowest: readonly number[]): boolean {
  const parts = version.split(".").map((part) => Number.parseInt(part, 10));
  for (const [index, least] of lowest.entries()) {
    const part = parts[index] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}
