import type pg from "pg";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { Permit } from "../../../src/core/permit/permit.ts";
import { parsePlate } from "../../../src/core/permit/plate.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { postgresLedger } from "../../../src/sync/postgres/index.ts";
import { withStoppedClock } from "../clock/stopped-clock.ts";
import { createDatabase, type TestDatabase } from "./servers/database.ts";

/** Ledgers of one test file, over one database; each test has a schema of its own. */
export interface TestLedgers {
  readonly database: TestDatabase;
  /** The schema of the present test. */
  readonly schema: string;
  /** A ledger as another machine would have it, with a pool of its own. */
  open(): Promise<Ledger & { readonly pool: pg.Pool }>;
}

/**
 * Registers its own clean-up. Call it at the top of a test file. With `isClockStopped`, the database's clock shows what
 * the ledgers are asked with.
 */
export function createLedgers({ isClockStopped = false } = {}): TestLedgers {
  let setClock: Awaited<ReturnType<TestDatabase["stopClock"]>> | undefined;
  const opened: Ledger[] = [];
  let database: TestDatabase | undefined;
  let count = 1;
  beforeAll(async () => {
    database = await createDatabase();
    if (isClockStopped) setClock = await database.stopClock();
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((ledger) => ledger.close()));
    count += 1;
  });
  afterAll(() => database?.drop());
  return {
    get database() {
      return database as TestDatabase;
    },
    get schema() {
      return `test_${count}`;
    },
    async open() {
      const pool = this.database.createPool();
      const ledger = postgresLedger({ pool, schema: this.schema });
      opened.push(ledger);
      await ledger.open();
      if (setClock === undefined) return { ...ledger, pool };
      return { ...withStoppedClock(ledger, { setClock, now: () => undefined }), pool };
    },
  };
}

export const START = new Date("2026-09-15T12:00:00.000Z");

export function later(milliseconds: number): Date {
  return new Date(START.getTime() + milliseconds);
}

export function permit(id: string, changes: Partial<Permit> = {}): Permit {
  return {
    ...{ id, companyId: "university", plates: [parsePlate("GXK 204")], locationIds: ["lot"], validTo: null },
    ...{ validFrom: new Date("2026-09-01T00:00:00Z"), revision: 1 },
    ...changes,
  };
}

/** Issues a permit for provider `push`. */
export function issue(id: string, changes: Partial<Permit> = {}, at = START) {
  return { kind: "issue" as const, permit: permit(id, changes), providerIds: ["push"], at };
}

/** A claim of everything that is due, up to a thousand. */
export function claimAll(ledger: Ledger, now = START) {
  return ledger.claim({ limits: new Map([["push", 1_000]]), now, leaseMs: 60_000 });
}
