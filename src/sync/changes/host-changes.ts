import { EnforcementError, isEnforcementError } from "../../core/errors.ts";
import { fieldError, readId, readList, readRecord } from "../../core/fields.ts";
import { ignorePromise, isPromise, type MaybePromise } from "../../core/maybe-promise.ts";
import { type Permit, type PermitInput, readPermit } from "../../core/permit/permit.ts";
import { isExtraPermit } from "../../core/registration/identity.ts";
import type { ClockKeeper } from "../clock/clock-keeper.ts";
import type { LedgerHealth } from "../deliver/events.ts";
import type { Ledger, LedgerChange, LedgerTransaction } from "../ledger/ledger.ts";
import type { Timers } from "../pace/timers.ts";
import type { RefreshRetries } from "../upkeep/refresh-retries.ts";
import {
  type AnsweredCompany,
  type ChangeResult,
  findMissing,
  type NotInDirectory,
  withMissing,
} from "./change-result.ts";
import type { CompanyAnswer, CompanyAnswers, ProviderIds } from "./company-answers.ts";

/** Options of `issue`, `issueMany`, `revise`, `revoke` and `forget`. */
export interface ChangeOptions {
  /**
   * The host's own transaction, for a ledger in the same database. The change is recorded when it commits, and not at
   * all when it does not. Default: none, the call is a transaction of its own. Other ledgers throw `unsupported`. A
   * value that is not an open transaction (a pool, a client without BEGIN) is `invalid_input`.
   */
  transaction?: LedgerTransaction;
}

/** The most permits of an urgent call. A larger call records many at once, such as a backfill. */
const MAX_URGENT = 10;

const LOCATIONS_WITHIN_MS = 2_000;
const WITH_LOCATIONS = { withLocations: true };

/** Records the host's changes in the ledger. */
export interface HostChanges {
  put(kind: "issue" | "revise", permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  putMany(permits: readonly PermitInput[], options?: ChangeOptions): Promise<ChangeResult[]>;
  withdraw(kind: "revoke" | "forget", permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
}

interface Decision {
  /** The instant of the decision. */
  readonly at: Date;
  /** The push providers to which each company's permits are delivered. */
  readonly providersByCompany: ReadonlyMap<string, readonly string[]>;
  readonly toChange: (kind: "issue" | "revise", permit: Permit) => LedgerChange;
}

/** The data that all changes of one call share. */
interface Call extends Pick<Decision, "at" | "providersByCompany"> {
  readonly permitIds: readonly string[];
  readonly fieldOf: (index: number) => string;
}

export function createHostChanges(context: {
  openLedger: () => MaybePromise<Ledger>;
  companyAnswers: CompanyAnswers;
  timers: Timers;
  clockKeeper: Pick<ClockKeeper, "record">;
  /** The current push providers. */
  pushProviders: ProviderIds;
  /** The number of refreshes so far: the directory or the providers changed. */
  refreshCount: () => number;
  /** Called when changes of these permits are recorded, with the providers at which something is due by them. */
  onRecorded: (permitIds: readonly string[], providerIds: ReadonlySet<string>) => void;
  onForgotten: () => void;
  /** Companies whose refresh failed after a change was recorded. */
  refreshRetries: Pick<RefreshRetries, "add" | "retryNow">;
  health: Pick<LedgerHealth, "note">;
}): HostChanges {
  const { openLedger, companyAnswers, timers, clockKeeper, pushProviders, refreshCount } = context;
  const { onRecorded, onForgotten, refreshRetries, health } = context;
  /** The newest pending change per permit. The next change waits for it, so that changes are recorded in call order. */
  const pendingChanges = new Map<string, Promise<unknown>>();

  /**
   * Runs the changes of one permit one after the other. A withdrawal reads no directory, and would otherwise overtake
   * the permit that it withdraws.
   */
  async function inCallOrder<Value>(
    permitIds: readonly string[],
    change: () => Promise<Value>,
  ): Promise<Value> {
    const earlier = new Set<Promise<unknown>>(permitIds.flatMap((id) => pendingChanges.get(id) ?? []));
    // Changes are dated by the ledger's clock, which is not known before the ledger is open.
    const opened = openLedger();
    if (isPromise(opened)) earlier.add(opened);
    const recording = earlier.size === 0 ? change() : Promise.allSettled(earlier).then(change);
    for (const id of permitIds) pendingChanges.set(id, recording);
    try {
      return await recording;
    } finally {
      for (const id of permitIds) if (pendingChanges.get(id) === recording) pendingChanges.delete(id);
    }
  }

  /**
   * Dates a call's changes now. `refreshesBefore` is the number of refreshes when `enabled` was read, `count` the number of
   * changes.
   */
  function decide(
    refreshesBefore: number,
    enabled: ReadonlyMap<string, readonly string[]>,
    count: number,
  ): Decision {
    const isUrgent = count <= MAX_URGENT;
    const at = timers.now();
    // A refresh in the meantime has not seen these permits, and `enabled` was read before the directory changed.
    const isOld = refreshCount() !== refreshesBefore;
    const providersByCompany = isOld
      ? new Map([...enabled.keys()].map((companyId) => [companyId, [...pushProviders.keys()]]))
      : enabled;
    return {
      at,
      providersByCompany,
      toChange: (kind, permit) => ({
        kind,
        permit,
        at,
        isUrgent,
        providerIds: providersByCompany.get(permit.companyId) ?? [...pushProviders.keys()],
      }),
    };
  }

  /**
   * Creates deliveries for providers that were enabled while the permits were being recorded: a refresh in the meantime has
   * not seen them. Returns the providers at which something is due by it. Never throws, because the permits are already
   * recorded.
   */
  async function addMissedDeliveries(
    providersByCompany: Decision["providersByCompany"],
    ledger: Ledger,
  ): Promise<ReadonlySet<string>> {
    const due = new Set<string>();
    for (const [companyId, before] of providersByCompany) {
      const enabled = await companyAnswers.ask(companyId, pushProviders);
      const providerIds = enabled.providerIds.filter((id) => !before.includes(id));
      if (providerIds.length === 0) continue;
      try {
        const selection = { companyId, providerIds, at: timers.now() };
        await ledger.makeDue(selection, { onDue: (providerId) => due.add(providerId) });
      } catch {
        refreshRetries.add(companyId);
      }
    }
    return due;
  }

  /**
   * Asks for companies one after the other, and for their locations during the first 2 seconds: a directory that is slow
   * for each of a thousand companies must not hold up the call.
   */
  async function askFor(companyIds: ReadonlySet<string>) {
    const answers = new Map<string, AnsweredCompany & Pick<CompanyAnswer, "providerIds">>();
    const until = timers.monotonic() + LOCATIONS_WITHIN_MS;
    for (const companyId of companyIds) {
      const withLocations = timers.monotonic() < until;
      const { providerIds, isUnknown, locations } = await companyAnswers.ask(companyId, pushProviders, {
        withLocations,
      });
      answers.set(companyId, { providerIds, isUnknown, known: await locations });
    }
    return answers;
  }

  /**
   * Reports the success or failure of a recording to the ledger's health: in a process without deliveries, this call is the
   * first to see a failing ledger.
   */
  async function noteHealth<Value>(recording: Promise<Value>): Promise<Value> {
    try {
      const value = await recording;
      health.note(true);
      return value;
    } catch (error) {
      if (isEnforcementError(error) && error.code === "unavailable") health.note(false);
      throw error;
    }
  }

  async function record(
    changes: Iterable<LedgerChange>,
    { permitIds, at, providersByCompany, transaction, fieldOf }: Call & { transaction: unknown },
  ): Promise<ChangeResult[]> {
    const refreshesBefore = refreshCount();
    const opened = openLedger();
    const ledger = isPromise(opened) ? await opened : opened;
    const due = new Set<string>();
    const onDue = (providerId: string) => due.add(providerId);
    const options = transaction === undefined ? { onDue } : { transaction: transaction as LedgerTransaction };
    const statuses = await noteHealth(clockKeeper.record(at, () => ledger.record(changes, options)));
    const conflict = statuses.indexOf("conflict");
    if (conflict >= 0) {
      throw fieldError(
        `${fieldOf(conflict)}.revision`,
        "is already recorded for this permit with other content; give the change a higher revision.",
      );
    }
    // A ledger that a host has wrapped may not pass `onDue` on: then every provider is looked at.
    const isUntold = due.size === 0 && transaction === undefined && statuses.includes("recorded");
    onRecorded(permitIds, isUntold ? new Set(pushProviders.keys()) : due);
    refreshRetries.retryNow();
    // When machines share the ledger, this one gets no notice of another's refresh. In the host's transaction the changes
    // are not visible yet, so nothing can be added.
    const mayBeBehind = ledger.watch !== undefined || refreshCount() !== refreshesBefore;
    if (mayBeBehind && transaction === undefined) {
      const missed = await addMissedDeliveries(providersByCompany, ledger);
      if (missed.size > 0) onRecorded(permitIds, missed);
    }
    return permitIds.map((permitId, index) => {
      const status = statuses[index];
      if (status === undefined || status === "conflict") {
        throw new EnforcementError("unavailable", "ledger: record() returned no status for a change.");
      }
      return { permitId, status };
    });
  }

  return {
    async put(kind, permit, options) {
      const transaction = readTransaction(options);
      const checked = readHostPermit(permit, "permit");
      const { id, companyId } = checked;
      let answer: CompanyAnswer | undefined;
      const result = await inCallOrder([id], async () => {
        const refreshes = refreshCount();
        const asked = companyAnswers.ask(companyId, pushProviders, WITH_LOCATIONS);
        // Awaits only a promise: this permit's write then begins before the next caller's permit is checked.
        answer = isPromise(asked) ? await asked : asked;
        const { toChange, ...decided } = decide(refreshes, new Map([[companyId, answer.providerIds]]), 1);
        const call = { permitIds: [id], ...decided, transaction, fieldOf: () => "permit" };
        return first(await record([toChange(kind, checked)], call));
      });
      if (answer === undefined) return result;
      const { isUnknown, locations } = answer;
      const known = isPromise(locations) ? await locations : locations;
      return withMissing(result, findMissing(checked, { isUnknown, known }));
    },
    async putMany(permits, options) {
      const transaction = readTransaction(options);
      // Each permit is checked while those before it are written. The list is copied, because the host may change its own.
      const given = [...readList(permits, "permits")];
      if (given.length === 0) return [];
      const permitIds = textsOf(given, "id");
      const fieldOf = (index: number) => `permits[${index}]`;
      return inCallOrder(permitIds, async () => {
        const refreshes = refreshCount();
        const answers = await askFor(new Set(textsOf(given, "companyId")));
        const enabled = new Map([...answers].map(([companyId, { providerIds }]) => [companyId, providerIds]));
        const missing = new Map<number, NotInDirectory>();
        const { toChange, ...decided } = decide(refreshes, enabled, given.length);
        function* check(): Iterable<LedgerChange> {
          for (const [index, permit] of given.entries()) {
            const checked = readHostPermit(permit, fieldOf(index));
            if (checked.id !== permitIds[index]) throw fieldError(`${fieldOf(index)}.id`, "must not change.");
            const answer = answers.get(checked.companyId);
            const unknown = answer === undefined ? undefined : findMissing(checked, answer);
            if (unknown !== undefined) missing.set(index, unknown);
            yield toChange("issue", checked);
          }
        }
        const results = await record(check(), { permitIds, ...decided, transaction, fieldOf });
        return missing.size === 0
          ? results
          : results.map((result, index) => withMissing(result, missing.get(index)));
      });
    },
    async withdraw(kind, permitId, options) {
      const transaction = readTransaction(options);
      readId(permitId, "permitId");
      return inCallOrder([permitId], async () => {
        const at = timers.now();
        const change = { kind, permitId, at, isUrgent: true };
        const call = {
          permitIds: [permitId],
          at,
          providersByCompany: NONE,
          transaction,
          fieldOf: () => "permitId",
        };
        const result = first(await record([change], call));
        if (kind === "forget") onForgotten();
        return result;
      });
    },
  };
}

/** Checks a permit. Its id must not be one under which sync cancels what belongs to no permit. */
function readHostPermit(value: unknown, field: string): Permit {
  const permit = readPermit(value, field);
  if (!isExtraPermit(permit.id)) return permit;
  throw fieldError(
    `${field}.id`,
    "has a form that sync keeps for registrations without a permit; use another id.",
  );
}

function readTransaction(options: ChangeOptions | undefined): unknown {
  const { transaction } = readRecord(options ?? {}, "options", ["transaction"]);
  // For a host that passes `pool.connect()` without `await`: the ledger refuses it, and its rejection must not go
  // unhandled.
  ignorePromise(transaction);
  return transaction;
}

const NONE: Decision["providersByCompany"] = new Map();

/** A text key of permits that are not checked yet. Other values become "", and the check refuses them later. */
function textsOf(permits: readonly unknown[], key: "id" | "companyId"): string[] {
  return permits.map((permit) => {
    const text = (permit as Partial<Record<string, unknown>> | null | undefined)?.[key];
    return typeof text === "string" ? text : "";
  });
}

function first([result]: readonly ChangeResult[]): ChangeResult {
  if (result === undefined) throw new TypeError("A change without a result.");
  return result;
}
