import type { DatabaseSync } from "node:sqlite";

/** "0FFS": marks the file as a ledger, and not another program's database. */
export const APPLICATION_ID = 0x30464653;

/**
 * What each version of the schema added, so that a file of any older version can be upgraded. A step is not changed once
 * it was released: the next one corrects it.
 */
export const SCHEMA_STEPS: readonly string[] = [
  `
  CREATE TABLE company (ref INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE provider (ref INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE) STRICT;

  -- state: 0 active, 1 revoked, 2 forgotten, 3 erased, 4 erased after it was revoked. content is null when erased.
  CREATE TABLE permit (
    ref INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    company INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    state INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    ended_at INTEGER,
    content TEXT,
    raws TEXT
  ) STRICT;
  CREATE INDEX permit_company ON permit (company);
  CREATE INDEX permit_forgotten ON permit (ref) WHERE state = 2;
  -- Permits that have an end and are not erased.
  CREATE INDEX permit_ended ON permit (ended_at) WHERE ended_at IS NOT NULL;

  -- Of active permits only: what a lookup may find.
  CREATE TABLE plate (
    company INTEGER NOT NULL,
    number TEXT NOT NULL,
    permit INTEGER NOT NULL,
    PRIMARY KEY (company, number, permit)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE delivery (
    permit INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    due_at INTEGER,
    due_since INTEGER,
    live_until INTEGER,
    unmapped INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    document TEXT,
    PRIMARY KEY (permit, provider)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX delivery_due ON delivery (provider, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX delivery_unmapped ON delivery (provider, permit) WHERE unmapped = 1;
  -- What waits for another attempt is pending too, and is counted without a walk over everything that is planned ahead.
  CREATE INDEX delivery_waiting ON delivery (provider, due_since)
    WHERE due_since IS NOT NULL AND (due_at IS NULL OR due_at > due_since);

  CREATE TABLE target (
    ref INTEGER PRIMARY KEY,
    provider INTEGER NOT NULL,
    name TEXT NOT NULL,
    UNIQUE (provider, name)
  ) STRICT;
  CREATE TABLE place (
    target INTEGER NOT NULL,
    permit INTEGER NOT NULL,
    PRIMARY KEY (target, permit)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE failure (
    permit INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    failed_at INTEGER NOT NULL,
    reference TEXT NOT NULL,
    PRIMARY KEY (permit, provider, reference)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX failure_order ON failure (failed_at, permit, provider, reference);
  CREATE INDEX failure_of_provider ON failure (provider, failed_at, permit, reference);

  -- The last outages of each provider, by ref. ended_at is null while it is down.
  CREATE TABLE outage (
    ref INTEGER PRIMARY KEY,
    provider INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    ended_at INTEGER,
    code TEXT NOT NULL
  ) STRICT;
  CREATE INDEX outage_of_provider ON outage (provider);
  CREATE UNIQUE INDEX outage_open ON outage (provider) WHERE ended_at IS NULL;

  -- The last complete reading of what a vendor lists. unseen: short references, separated by spaces.
  CREATE TABLE read_back (
    provider INTEGER NOT NULL,
    target TEXT NOT NULL,
    read_at INTEGER NOT NULL,
    unseen TEXT NOT NULL,
    PRIMARY KEY (provider, target)
  ) STRICT, WITHOUT ROWID;

  -- One row. token: of the process that opened the file last, which alone may write it.
  CREATE TABLE owner (token TEXT NOT NULL) STRICT;
  INSERT INTO owner VALUES ('');

  -- One row. last: the number of erasures. overwritten: up to which of them no byte is left in the file.
  CREATE TABLE erasure (last INTEGER NOT NULL, overwritten INTEGER NOT NULL) STRICT;
  INSERT INTO erasure VALUES (0, 0);

  -- One row. latest: no recorded change and no decision is later. steady_at: when a clock that leapt is trusted again.
  CREATE TABLE clock (latest INTEGER, steady_at INTEGER, leapt_by INTEGER) STRICT;
  INSERT INTO clock VALUES (NULL, NULL, NULL);
  `,
];

/** Upgrades a file from its version (0: a new file) to that of the last step, all or nothing. */
export function migrate(database: DatabaseSync, from: number, steps = SCHEMA_STEPS): void {
  if (from === steps.length) return;
  database.exec("BEGIN IMMEDIATE");
  try {
    for (const step of steps.slice(from)) database.exec(step);
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${steps.length}; COMMIT`);
  } catch (thrown) {
    if (database.isTransaction) database.exec("ROLLBACK");
    throw thrown;
  }
}
