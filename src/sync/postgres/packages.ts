import { createRequire } from "node:module";
import { fieldError } from "../../core/fields.ts";

/** Older versions of pg never connect on a Node later than 13. */
const LOWEST_PG = [8, 0, 3] as const;

/**
 * Refuses a `pg` that is too old, before anything is created in the database.
 *
 * @throws EnforcementError `invalid_config` naming the lowest version that works
 */
export function checkPackages(): void {
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
