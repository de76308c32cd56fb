import { type Clock, systemClock } from "../core/clock.ts";
import type { Directory } from "../core/directory/directory.ts";
import { EnforcementError, isEnforcementError } from "../core/errors.ts";
import { fieldError, readId, readList, readNonNegativeInteger, readRecord } from "../core/fields.ts";
import { DAY_MS } from "../core/instant.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import type { SyncEvent } from "./deliver/events.ts";
import type { Ledger } from "./ledger/ledger.ts";

/** Options of `createPermitSync`. */
export interface PermitSyncOptions {
  /**
   * The providers that permits are delivered to. A pull provider is accepted and receives nothing: its vendor asks. Ids
   * must differ. An empty list is allowed: sync then only keeps permits for `findPermits`.
   */
  providers: readonly EnforcementProvider[];
  /**
   * Where permits and deliveries are kept: `sqliteLedger`, `postgresLedger` or `memoryLedger`. Sync opens it with the
   * first call that needs it. The host closes it, after `stop`.
   */
  ledger: Ledger;
  /**
   * Companies, locations, targets and switches. Call `refresh` after it changed. An answer that takes longer than 10
   * seconds counts as a failure, and the company's deliveries wait.
   */
  directory: Directory;
  /**
   * How long before its start a registration is sent, in milliseconds. A vendor's outage of that length leaves no
   * driver uncovered. Default 24 hours; from 0 to 365 days.
   */
  leadTimeMs?: number;
  /**
   * How long after its end a permit stays in the ledger, in milliseconds. Then its personal data is erased. Default 90
   * days; from 0 to 36,525 days.
   */
  retentionMs?: number;
  /** Open requests per push provider. Default 8; from 1 to 1,000. The provider's own limits apply as well. */
  concurrency?: number;
  /** Called with every {@link SyncEvent}. Errors that it throws, or rejects with, are ignored. Default: none. */
  onEvent?: (event: SyncEvent) => void;
  /**
   * The clock of all decisions. Default: the machine's. A ledger with a clock of its own (`postgresLedger`) replaces it
   * once it is open. While the clock throws or gives an invalid Date, sync uses the last valid one. A clock that gives
   * none at construction is `invalid_config`.
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
  readonly onEvent: ((event: SyncEvent) => void) | undefined;
  readonly clock: Clock;
}

const KEYS = [
  ...["providers", "ledger", "directory", "leadTimeMs", "retentionMs", "concurrency", "onEvent", "clock"],
];

const LEDGER_METHODS = [
  "open",
  "close",
  "record",
  "makeDue",
  "rewind",
  "readClock",
  "noteClock",
  "listCompanies",
  "claim",
  "claimOne",
  "save",
  "findNextDue",
  "findPermits",
  "getPermit",
  "count",
  "listFailures",
  "listUnmapped",
  "listAt",
  "listTargets",
  "erase",
];

/** @throws EnforcementError `invalid_config` naming the option */
export function readPermitSyncOptions(options: PermitSyncOptions): PermitSyncSettings {
  try {
    const given = readRecord(options, "options", KEYS);
    const { leadTimeMs, retentionMs, concurrency, onEvent, clock } = given;
    return {
      providers: readProviders(given["providers"]),
      ledger: readMethods<Ledger>(given["ledger"], "ledger", LEDGER_METHODS),
      directory: readMethods<Directory>(given["directory"], "directory", ["getCompany", "listLocations"]),
      leadTimeMs: readNumber(leadTimeMs ?? DAY_MS, "leadTimeMs", { least: 0, most: 365 * DAY_MS }),
      retentionMs: readNumber(retentionMs ?? 90 * DAY_MS, "retentionMs", { least: 0, most: 36_525 * DAY_MS }),
      concurrency: readNumber(concurrency ?? 8, "concurrency", { least: 1, most: 1_000 }),
      onEvent:
        onEvent === undefined ? undefined : readFunction<(event: SyncEvent) => void>(onEvent, "onEvent"),
      clock: readFunction<Clock>(clock ?? systemClock, "clock"),
    };
  } catch (thrown) {
    throw toConfigError(thrown);
  }
}

/** Turns an `invalid_input` about an option into the factory's `invalid_config`. */
export function toConfigError(thrown: unknown): unknown {
  if (!isEnforcementError(thrown)) return thrown;
  const { message, field } = thrown;
  return new EnforcementError("invalid_config", `createPermitSync: ${message}`, { field });
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

/** @throws EnforcementError `invalid_input` naming the part of the host's provider that is missing or wrong */
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
  readNumber(batchSize, `${field}.capabilities.batchSize`, { least: 1, most: Number.MAX_SAFE_INTEGER });
  readNumber(openEndedDays, `${field}.capabilities.openEndedDays`, { least: 1, most: 36_525 });
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

function readMethods<Value>(value: unknown, field: string, methods: readonly string[]): Value {
  if (typeof value !== "object" || value === null) throw fieldError(field, "is missing.");
  for (const method of methods)
    readFunction((value as Record<string, unknown>)[method], `${field}.${method}`);
  return value as Value;
}

function readFunction<Func>(value: unknown, field: string): Func {
  if (typeof value !== "function") throw fieldError(field, "must be a function; see its type.");
  return value as Func;
}

function readNumber(value: unknown, field: string, { least, most }: { least: number; most: number }): number {
  const count = readNonNegativeInteger(value, field);
  if (count < least || count > most) throw fieldError(field, `must be from ${least} to ${most}.`);
  return count;
}
