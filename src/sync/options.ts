import { type Clock, systemClock } from "../core/clock.ts";
import type { Directory } from "../core/directory/directory.ts";
import { fieldError, readId, readList, readRecord } from "../core/fields.ts";
import { DAY_MS } from "../core/instant.ts";
import { readConfig, readFunction, readInteger, readMethods, readOptionalFunction } from "../core/options.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import type { SyncEvent } from "./deliver/events.ts";
import type { Ledger } from "./ledger/ledger.ts";

/**
 * Options of `createPermitSync`. An unknown key, and a value of a wrong type or outside its limits, throw `invalid_config`
 * that names the option.
 */
export interface PermitSyncOptions {
  /**
   * The providers. Their ids must differ. Sync delivers to push providers. A pull provider is
   * accepted and receives nothing: its vendor asks the lookup handler, whose source is `findPermits`.
   *
   * An empty list is allowed: sync then only keeps permits for `findPermits`. `addProvider`, `replaceProvider` and
   * `removeProvider` change the list later.
   */
  providers: readonly EnforcementProvider[];
  /**
   * The durable record of permits and deliveries: `sqliteLedger` (one process, one file), `postgresLedger` (several
   * processes), or `memoryLedger` (lost with the process; for tests). Sync opens it with the first call that needs it. The
   * host closes it, after `stop`.
   */
  ledger: Ledger;
  /**
   * The host's companies and locations with their targets and switches. Sync reads it when it plans a permit, and gets no
   * notice of a change: call `refresh` after one. An answer that takes longer than 10 seconds counts as a failure. After a
   * failure the company's deliveries wait, and sync emits `directory_failed`.
   */
  directory: Directory;
  /**
   * How long before its start a registration is sent, in milliseconds: a whole number from 0 (at its start) to 365 days. A
   * vendor's outage of at most this length does not delay a start. Default 86,400,000 (24 hours).
   */
  leadTimeMs?: number;
  /**
   * How long after its end a permit stays in the ledger, in milliseconds: a whole number from 0 to 36,525 days. Then sync
   * erases its personal data and emits `erased`. Permits without an end stay. Default 7,776,000,000 (90 days).
   */
  retentionMs?: number;
  /**
   * How many requests per push provider may be open at once in this process: a whole number from 1 to 1,000. The
   * provider's own `concurrency` applies as well. Default 8.
   */
  concurrency?: number;
  /**
   * How many requests of all push providers together may be open at once in this process: a whole number from 1 to
   * 10,000. Providers that find no place take turns. At most 8 of these requests are for providers whose breaker is not
   * closed, so an outage of one vendor leaves the others their requests. Default 64, or `concurrency` where that is more.
   */
  maxConcurrency?: number;
  /**
   * Called with every {@link SyncEvent}. An error that it throws, or a promise that it rejects, is ignored. Default: events
   * are not reported.
   */
  onEvent?: (event: SyncEvent) => void;
  /**
   * The clock of all decisions. The clock of the ledger replaces it once a ledger that has one (`postgresLedger`) is open.
   * While the clock throws or returns an invalid `Date`, sync uses the last valid one and emits `clock_failed`. A clock
   * without a valid `Date` at construction throws `invalid_config`. Default: the machine's clock.
   */
  clock?: Clock;
}

/** {@link PermitSyncOptions}, checked and with defaults. */
export interface PermitSyncSettings {
  readonly providers: readonly EnforcementProvider[];
  readonly ledger: Ledger;
  readonly directory: Directory;
  readonly leadTimeMs: number;
  readonly retentionMs: number;
  readonly concurrency: number;
  readonly maxConcurrency: number;
  readonly onEvent: ((event: SyncEvent) => void) | undefined;
  readonly clock: Clock;
}

/** The factory whose name stands in front of each error about these options. */
export const FACTORY = "createPermitSync";

const DEFAULT_MAX_CONCURRENCY = 64;

const KEYS = [
  "providers",
  "ledger",
  "directory",
  "leadTimeMs",
  "retentionMs",
  "concurrency",
  "maxConcurrency",
  "onEvent",
  "clock",
];

const LEDGER_METHODS = [
  "open",
  "close",
  "record",
  "makeDue",
  "rewind",
  "readClock",
  "noteClock",
  "noteOutage",
  "noteReadBack",
  "listCompanies",
  "claim",
  "claimOne",
  "save",
  "findNextDue",
  "findPermits",
  "getPermit",
  "readRecord",
  "count",
  "listFailures",
  "listUnmapped",
  "listAt",
  "listTargets",
  "erase",
];

/** Checks the options and applies their defaults. @throws EnforcementError `invalid_config` that names the option */
export function readPermitSyncOptions(options: PermitSyncOptions): PermitSyncSettings {
  return readConfig(FACTORY, () => {
    const given = readRecord(options, "options", KEYS);
    const { leadTimeMs, retentionMs, maxConcurrency, onEvent, clock } = given;
    const concurrency = readInteger(given["concurrency"] ?? 8, "concurrency", { least: 1, most: 1_000 });
    return {
      providers: readProviders(given["providers"]),
      ledger: readMethods<Ledger>(given["ledger"], "ledger", LEDGER_METHODS),
      directory: readMethods<Directory>(given["directory"], "directory", ["getCompany", "listLocations"]),
      leadTimeMs: readInteger(leadTimeMs ?? DAY_MS, "leadTimeMs", { least: 0, most: 365 * DAY_MS }),
      retentionMs: readInteger(retentionMs ?? 90 * DAY_MS, "retentionMs", {
        least: 0,
        most: 36_525 * DAY_MS,
      }),
      concurrency,
      maxConcurrency: readInteger(
        maxConcurrency ?? Math.max(DEFAULT_MAX_CONCURRENCY, concurrency),
        "maxConcurrency",
        { least: 1, most: 10_000 },
      ),
      onEvent: readOptionalFunction<(event: SyncEvent) => void>(onEvent, "onEvent"),
      clock: readFunction<Clock>(clock ?? systemClock, "clock"),
    };
  });
}

function readProviders(value: unknown): readonly EnforcementProvider[] {
  const providers = readList(value, "providers").map((provider, index) =>
    readProvider(provider, `providers[${index}]`),
  );
  const ids = new Set<string>();
  for (const [index, { id }] of providers.entries()) {
    if (ids.has(id))
      throw fieldError(`providers[${index}].id`, "is used twice; give each instance its own id.");
    ids.add(id);
  }
  return providers;
}

/** Checks a provider of the host. @throws EnforcementError `invalid_input` that names the missing or wrong part */
export function readProvider(value: unknown, field: string): EnforcementProvider {
  const provider = value as Partial<EnforcementProvider> | null | undefined;
  if (typeof provider !== "object" || provider === null) throw fieldError(field, "is not a provider.");
  readId(provider.id, `${field}.id`);
  if (provider.delivery === "pull") return provider as EnforcementProvider;
  if (provider.delivery !== "push") throw fieldError(`${field}.delivery`, 'must be "push" or "pull".');
  readMethods(provider, field, ["registerMany", "amendMany", "cancelMany", "checkConnection"]);
  const { batchSize, openEndedDays } = readRecord(
    provider.capabilities,
    `${field}.capabilities`,
    CAPABILITIES,
  );
  readInteger(batchSize, `${field}.capabilities.batchSize`, { least: 1, most: Number.MAX_SAFE_INTEGER });
  readInteger(openEndedDays, `${field}.capabilities.openEndedDays`, { least: 1, most: 36_525 });
  return provider as EnforcementProvider;
}

const CAPABILITIES = [
  "batchSize",
  "openEndedDays",
  "listZones",
  "find",
  "listRegistrations",
  "ownReferences",
];
