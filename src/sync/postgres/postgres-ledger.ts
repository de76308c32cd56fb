import { EnforcementError } from "../../core/errors.ts";
import { fieldError } from "../../core/fields.ts";
import { readFactoryOptions } from "../../core/options.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { refuseUnfitIds } from "../ledger/refuse-transaction.ts";
import { settledWithin, systemTimers } from "../pace/timers.ts";
import { checkPrivileges, checkServer, checkTables } from "./check-server.ts";
import { PostgresClaims } from "./claims.ts";
import { BoundedPool, boundRunner } from "./connect/bounded-pool.ts";
import type { After } from "./connect/bounds.ts";
import type { PostgresPool } from "./connect/connection.ts";
import { toLedgerError } from "./connect/errors.ts";
import { DatabaseClock, noteClock, readClock } from "./database-clock.ts";
import { applyMarks, findNextDue, makeCompanyDue, rewindDeliveries } from "./due.ts";
import { erasePermits } from "./erase.ts";
import { countDeliveries, createFindPermits, getPermit, readRecord } from "./find.ts";
import { listAt, listCompanies, listFailures, listTargets, listUnmapped } from "./lists.ts";
import { checkPackages } from "./packages.ts";
import { forgetReadBacksAhead, noteOutage, noteReadBack } from "./provider-notes.ts";
import { readTransaction, recordInTransaction } from "./record/host-transaction.ts";
import type { PostgresDependencies } from "./record/record.ts";
import { RecordQueue } from "./record/record-queue.ts";
import { saveDeliveries } from "./save.ts";
import { isSchemaReady, MAX_UPGRADE_MS, openSchema, quote } from "./schema.ts";
import { PostgresWakes } from "./wake/wakes.ts";

export interface PostgresLedgerOptions {
  /**
   * A `Pool` of `pg`. The host keeps it: closing the ledger does not end it. The ledger keeps one connection to listen
   * and borrows others, so the pool's `max` must be at least 3 (pg's default is 10). Each connection must be a session
   * of its own: a pooler in between, such as PgBouncer, must be in session mode. Otherwise `open` rejects with
   * `invalid_config`.
   */
  readonly pool: PostgresPool;
  /**
   * The schema of the tables. It is created when it is missing. 1–40 lower-case letters, digits and underscores, the
   * first a letter. Default `offstreet_enforcement`.
   */
  readonly schema?: string;
}

// After this time, `close` returns. What is left ends by its own bounds, and its claims expire.
const CLOSED_WITHIN_MS = 15_000;

// One listens, an open transaction of the host may hold another, and the ledger needs one to work meanwhile.
const LEAST_CONNECTIONS = 3;

/**
 * Creates a ledger in PostgreSQL 13 or later, for hosts that run on several machines. Any number of processes share it,
 * and each delivery is worked on by one of them at a time. Needs the package `pg`, 8.0.3 or later.
 *
 * @throws EnforcementError `invalid_config` when an option is wrong. `open` rejects with `invalid_config` when the
 * tables are of a newer version of this package, when `pg` is too old, or when the role or the server
 * cannot work: the message names the setting, privilege or column, and the remedy. It rejects with `unavailable` while
 * the server is a standby
 */
export function postgresLedger(options: PostgresLedgerOptions): Ledger {
  return createPostgresLedger(
    options,
    systemTimers(() => new Date()),
  );
}

/** {@link postgresLedger} with an injected timer for its bounds, and injected randomness, for tests. */
export function createPostgresLedger(
  options: PostgresLedgerOptions,
  { after, random = Math.random }: { after: After; random?: () => number },
): Ledger {
  const { pool: hostPool, schemaName } = readOptions(options);
  const pool = new BoundedPool(hostPool, after);
  const schema = quote(schemaName);
  const clock = new DatabaseClock();
  const wakes = new PostgresWakes({ pool, schemaName, after, random });
  const parts: PostgresDependencies = { pool, schema, clock, wakes };
  const claims = new PostgresClaims(parts);
  const queue = new RecordQueue(parts);
  let opening: Promise<void> | undefined;
  let isOpen = false;

  function requireOpen(): PostgresDependencies {
    if (isOpen) return parts;
    throw new EnforcementError("unavailable", "ledger: is not open; call open() first.", {
      operation: "ledger",
    });
  }

  async function open(): Promise<void> {
    pool.on("error", ignore);
    try {
      checkPackages();
      await checkServer(pool);
      await checkPrivileges(pool, schemaName);
      const isReady = await isSchemaReady(pool, schemaName);
      if (!isReady) await openSchema(pool.allowing(MAX_UPGRADE_MS), schemaName);
      await checkTables(pool, schemaName);
      await applyMarks(parts);
      await wakes.open();
      isOpen = true;
    } catch (error) {
      pool.removeListener("error", ignore);
      opening = undefined;
      throw toLedgerError(error, "open");
    }
  }

  async function end(): Promise<void> {
    await queue.settle();
    wakes.close();
    await claims.releaseAll().catch(ignore);
  }

  return {
    kind: "postgres",
    open() {
      opening ??= open();
      return opening;
    },
    async close() {
      if (!isOpen) return;
      isOpen = false;
      opening = undefined;
      await settledWithin(CLOSED_WITHIN_MS, end(), after);
      pool.removeListener("error", ignore);
    },
    now: () => clock.now(),
    async record(given, { transaction, onDue } = {}) {
      requireOpen();
      const runner = transaction === undefined ? undefined : readTransaction(transaction, hostPool);
      const changes = [...given];
      for (const change of changes) refuseUnfitIds(change);
      if (changes.length === 0) return [];
      return runner === undefined
        ? queue.record(changes, onDue)
        : recordInTransaction(changes, boundRunner(runner, after), parts);
    },
    makeDue: async (selection, options) => makeCompanyDue(selection, { ...requireOpen(), ...options }),
    async rewind(request) {
      await forgetReadBacksAhead(request, requireOpen());
      await rewindDeliveries(request, parts);
    },
    readClock: async () => readClock(requireOpen()),
    noteClock: async (noted, { isSettled = false } = {}) => noteClock(noted, isSettled, requireOpen()),
    noteOutage: async (change) => noteOutage(change, requireOpen()),
    noteReadBack: async (note) => noteReadBack(note, requireOpen()),
    async *listCompanies() {
      yield* listCompanies(requireOpen());
    },
    async claim(request) {
      requireOpen();
      await applyMarks(parts);
      return claims.claim(request);
    },
    async claimOne(id, request) {
      requireOpen();
      await applyMarks(parts);
      return claims.claimOne(id, request);
    },
    save: async (updates) => saveDeliveries(updates, { parts: requireOpen(), claims }),
    async findNextDue(providerIds) {
      requireOpen();
      await applyMarks(parts);
      return findNextDue(providerIds, parts);
    },
    findPermits: createFindPermits(requireOpen),
    getPermit: async (permitId) => getPermit(permitId, requireOpen()),
    async readRecord(permitId) {
      requireOpen();
      await applyMarks(parts);
      return readRecord(permitId, parts);
    },
    async count(providerIds, now) {
      requireOpen();
      await applyMarks(parts);
      return countDeliveries(providerIds, now, { parts, latestClaimOf: (id) => claims.findLatest(id) });
    },
    async *listFailures(providerId) {
      yield* listFailures(providerId, requireOpen());
    },
    async *listUnmapped(providerId) {
      yield* listUnmapped(providerId, requireOpen());
    },
    async *listAt(providerId, target) {
      yield* listAt(providerId, target, requireOpen());
    },
    async *listTargets(providerId) {
      yield* listTargets(providerId, requireOpen());
    },
    erase: async (request) => erasePermits(request, requireOpen()),
    watch: (onDue) => wakes.watch(onDue),
  };
}

function readOptions(options: PostgresLedgerOptions): { pool: PostgresPool; schemaName: string } {
  const { pool, schema = "offstreet_enforcement" } = options ?? {};
  readFactoryOptions(options, "postgresLedger", ["pool", "schema"]);
  if (typeof pool?.query !== "function" || typeof pool.connect !== "function") {
    throw fieldError("pool", "must be a Pool of the package pg.", "invalid_config");
  }
  if (typeof schema !== "string" || !/^[a-z][a-z0-9_]{0,39}$/.test(schema)) {
    throw fieldError(
      "schema",
      "must be 1–40 lower-case letters, digits and underscores, the first a letter.",
      "invalid_config",
    );
  }
  const room = Number((pool as { options?: { max?: unknown } }).options?.max);
  if (room < LEAST_CONNECTIONS) {
    throw fieldError(
      "pool",
      `has room for ${room} of the ${LEAST_CONNECTIONS} connections that the ledger needs at least: one listens all the time, and an open transaction of the host may hold another. Set max to ${LEAST_CONNECTIONS} or more (10 is pg's default).`,
      "invalid_config",
    );
  }
  return { pool, schemaName: schema };
}

/**
 * Ignores the loss of an idle connection: the pool replaces it. Without a listener, the error would end the process.
 */
function ignore(): void {}
