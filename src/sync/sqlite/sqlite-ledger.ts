import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { markChecked } from "../../core/lookup/find-permits.ts";
import type { DueOptions, Ledger, LedgerChange } from "../ledger/ledger.ts";
import { refuseTransaction } from "../ledger/refuse-transaction.ts";
import { Pace } from "../pace/pace.ts";
import { toEnforcementError, toWriterFailure } from "./errors.ts";
import { copyLedgerFile } from "./file/backup.ts";
import { readLedgerPath } from "./file/ledger-path.ts";
import { createLists } from "./lists.ts";
import type { ChangeRow } from "./messages.ts";
import { type OpenedFile, openFile, type SqliteInternals } from "./opened-file.ts";
import { toChangeRow, toClaimedDelivery, toSaveRow } from "./rows.ts";

export interface SqliteLedgerOptions {
  /**
   * The path of the ledger's file. The file is created when it is missing; its directory must exist and be writable.
   * The log (`-wal`, `-shm`) and the lock (`.lock`) lie beside it. Use a local disk: network file systems do not lock
   * reliably. When the file is deleted or replaced while the ledger is open, the next write is refused.
   */
  readonly path: string;
}

/** A ledger in a SQLite file. One process can have it open at a time. */
export interface SqliteLedger extends Ledger {
  readonly kind: "sqlite";
  /**
   * Copies the ledger's current state into another file, while everything goes on. The copy is made under a name that
   * ends in `.partial` and gets its own name when it is complete. It can be opened as a ledger. Concurrent calls make
   * their copies one after the other, and `close` waits for them.
   *
   * @throws EnforcementError `invalid_input` naming `path` when it is the ledger itself, a database that is open or was
   * not closed, a folder, or cannot be written; `unavailable` when the disk is full, or the ledger's own file is gone
   */
  backup(path: string): Promise<void>;
}

// A call with fewer changes shares its commit with others. A larger one is written while it is being read.
const CHANGES_OF_A_LARGE_CALL = 64;

// How many changes of a large call are sent to the writer together.
const CHANGES_PER_PART = 500;

// Permits per step of `makeDue` and `rewind`: some 20 ms, after which other calls may write.
const PERMITS_PER_STEP = 2_000;

/**
 * Creates a ledger in a SQLite file, with Node's own `node:sqlite`: there is nothing to install or to run beside the
 * host. A change is on the disk (`synchronous=FULL`) before its promise is fulfilled. A thread of its own writes the
 * file; the thread that answers lookups reads it.
 *
 * `open` rejects with EnforcementError `invalid_config` when the file is another program's, no database, or from a
 * newer version of this package, and with `unavailable` when another process has it open or it is damaged. When damage
 * is found later, every call that goes through the writer's thread rejects, and lookups go on.
 *
 * @throws EnforcementError `invalid_config` naming the option
 */
export function sqliteLedger(options: SqliteLedgerOptions): SqliteLedger {
  return createSqliteLedger(options).ledger;
}

/** The ledger, with its open file for tests. */
export function createSqliteLedger(
  options: SqliteLedgerOptions,
  internals: SqliteInternals = {},
): { ledger: SqliteLedger; getOpened: () => OpenedFile } {
  const path = readLedgerPath(options, "sqliteLedger");
  const pace = new Pace();
  let opening: Promise<OpenedFile> | undefined;
  let opened: OpenedFile | undefined;
  let backups: Promise<unknown> = Promise.resolve();

  function getOpened(): OpenedFile {
    if (opened !== undefined) return opened;
    throw new EnforcementError("unavailable", "ledger: is not open; call open() first.", {
      operation: "ledger",
    });
  }

  const getReader = () => getOpened().reader;

  const ledger: SqliteLedger = {
    kind: "sqlite",
    async open() {
      opening ??= openFile(path, internals);
      try {
        opened = await opening;
      } catch (thrown) {
        opening = undefined;
        throw thrown;
      }
    },
    async close() {
      const closing = opening;
      opening = undefined;
      opened = undefined;
      const file = await closing?.catch(() => undefined);
      await backups;
      await file?.close();
    },
    async record(changes, recordOptions) {
      refuseTransaction(recordOptions);
      const onDue = recordOptions?.onDue;
      const { writer } = getOpened();
      const taken = changes[Symbol.iterator]();
      const few = takeFew(taken);
      if (few.length >= CHANGES_OF_A_LARGE_CALL) {
        return writer.recordParts(inParts(few, taken, { pace, onDue }), onDue);
      }
      noteProviders(few, onDue);
      const rows = few.map(toChangeRow);
      const [first] = rows;
      if (rows.length !== 1 || first === undefined) return writer.ask("record", rows, onDue);
      return [await writer.ask("recordOne", first, onDue)];
    },
    async makeDue({ companyId, providerIds, at }, { onDue } = {}) {
      const { writer } = getOpened();
      let total = 0;
      let after = 0;
      for (;;) {
        const step = { companyId, providerIds, at: at.getTime(), after, limit: PERMITS_PER_STEP };
        const { count, due, next } = await writer.ask("makeDue", step);
        total += count;
        for (const providerId of due) onDue?.(providerId);
        if (next === null) return total;
        after = next;
      }
    },
    async rewind({ providerId, latest, now }) {
      const { writer } = getOpened();
      const asked = { providerId, latest: latest.getTime(), now: now.getTime(), limit: PERMITS_PER_STEP };
      let after: number | null = 0;
      while (after !== null) after = await writer.ask("rewind", { ...asked, after });
    },
    async readClock() {
      const [latest, steadyAt, byMs] = await getOpened().writer.ask("readClock", null);
      const isNoted = steadyAt !== null && byMs !== null;
      return {
        latest: latest === null ? null : new Date(latest),
        leap: isNoted ? { steadyAt: new Date(steadyAt), byMs } : null,
      };
    },
    async noteClock(noted, { isSettled = false } = {}) {
      const { writer } = getOpened();
      const known = noted.leap === undefined ? (await ledger.readClock()).leap : noted.leap;
      const latest = noted.latest?.getTime() ?? null;
      const row = [latest, known?.steadyAt.getTime() ?? null, known?.byMs ?? null] as const;
      await writer.ask("noteClock", { row, isSettled });
    },
    async noteOutage({ providerId, at, code }) {
      await getOpened().writer.ask("noteOutage", { providerId, at: at.getTime(), code });
    },
    async noteReadBack({ providerId, targets, readBack }) {
      const readAt = readBack?.at.getTime() ?? null;
      const unseen = readBack?.unseen.join(" ") ?? "";
      await getOpened().writer.ask("noteReadBack", { providerId, targets, readAt, unseen });
    },
    async claim({ limits, now, leaseMs }) {
      const asked = [...limits];
      const found = await getOpened().writer.ask("claim", { limits: asked, now: now.getTime(), leaseMs });
      const rows = found.flatMap((some, index) => some.map((row) => [row, asked[index]?.[0] ?? ""] as const));
      return [...(await pace.mapInSlices(rows, ([row, providerId]) => toClaimedDelivery(row, providerId)))];
    },
    async claimOne({ providerId, permitId }, { now, leaseMs }) {
      const asked = { providerId, permitId, now: now.getTime(), leaseMs };
      const row = await getOpened().writer.ask("claimOne", asked);
      return row === null ? undefined : toClaimedDelivery(row, providerId);
    },
    async save(updates) {
      return getOpened().writer.ask("save", await pace.mapInSlices(updates, toSaveRow));
    },
    async findNextDue(providerIds) {
      const found = await getOpened().writer.ask("findNextDue", providerIds);
      return new Map(
        providerIds.flatMap((providerId, index) => {
          const next = found[index] ?? null;
          return next === null ? [] : [[providerId, new Date(next)]];
        }),
      );
    },
    findPermits: markChecked((query) => {
      pace.noteLookup();
      return read("lookup", () => getReader().findPermits(query));
    }),
    async getPermit(permitId) {
      return read("getPermit", () => getReader().getPermit(permitId));
    },
    async readRecord(permitId) {
      return read("readRecord", () => getReader().readRecord(permitId));
    },
    async count(providerIds, now) {
      const found = await getOpened().writer.ask("count", { providerIds, now: now.getTime() });
      return new Map(
        found.map(({ oldestDueSince: oldest, ...counts }, index) => {
          const oldestDueSince = oldest === null ? null : new Date(oldest);
          return [providerIds[index] ?? "", { ...counts, oldestDueSince }];
        }),
      );
    },
    ...createLists((use) => read("list", () => use(getReader()))),
    async erase({ endedBefore, now, limit }) {
      const asked = { endedBefore: endedBefore.getTime(), now: now.getTime(), limit };
      return getOpened().writer.ask("erase", asked);
    },
    async overwriteErased() {
      for (;;) {
        // In steps, between which other calls may write.
        const step = await getOpened().writer.ask("overwrite", null);
        if (step !== "more") return step === "done";
      }
    },
    async backup(target) {
      const file = getOpened();
      const copy = backups.then(() => copyLedgerFile(file, target));
      backups = copy.catch(() => {});
      await copy;
    },
  };
  return { ledger, getOpened };
}

function takeFew(changes: Iterator<LedgerChange>): LedgerChange[] {
  const few: LedgerChange[] = [];
  while (few.length < CHANGES_OF_A_LARGE_CALL) {
    const next = changes.next();
    if (next.done === true) break;
    few.push(next.value);
  }
  return few;
}

type OnDue = DueOptions["onDue"];

/** Notes the providers for which deliveries are created. The writer's thread names those of deliveries that exist. */
function noteProviders(changes: readonly LedgerChange[], onDue: OnDue): void {
  if (onDue === undefined) return;
  for (const change of changes) {
    if ("permit" in change) for (const providerId of change.providerIds) onDue(providerId);
  }
}

async function* inParts(
  first: readonly LedgerChange[],
  changes: Iterator<LedgerChange>,
  { pace, onDue }: { pace: Pace; onDue: OnDue },
): AsyncGenerator<ChangeRow[]> {
  const slicer = pace.createSlicer({ rest: "short" });
  let part = first.map(toChangeRow);
  noteProviders(first, onDue);
  for (let next = changes.next(); next.done !== true; next = changes.next()) {
    part.push(toChangeRow(next.value));
    noteProviders([next.value], onDue);
    if (part.length >= CHANGES_PER_PART) {
      yield part;
      part = [];
    }
    if (slicer.isOver) await slicer.nextTurn();
  }
  yield part;
}

/** Reads on this thread, and turns SQLite's errors into EnforcementErrors. */
function read<Value>(operation: string, run: () => Value): Value {
  try {
    return run();
  } catch (thrown) {
    throw isEnforcementError(thrown) ? thrown : toEnforcementError(toWriterFailure(thrown), operation);
  }
}
