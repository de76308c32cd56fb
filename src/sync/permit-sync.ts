import { readOptionalText, readRecord } from "../core/fields.ts";
import { type FindPermits, givesCheckedPermits, markChecked } from "../core/lookup/find-permits.ts";
import { isPromise } from "../core/maybe-promise.ts";
import { readSignal } from "../core/options.ts";
import type { PermitInput } from "../core/permit/permit.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import type { ChangeResult } from "./changes/change-result.ts";
import { type ChangeOptions, createHostChanges } from "./changes/host-changes.ts";
import { type ExplainOptions, explainInSync, explainPlateInSync } from "./explain/explain-in-sync.ts";
import type { PermitExplanation } from "./explain/explanation.ts";
import { createFailureChange, type FailureChangeOptions } from "./failures/change-failures.ts";
import { listFailures, type SyncFailure } from "./failures/failure.ts";
import type { FailureFilter } from "./failures/failure-filter.ts";
import type { FailureResult, FailuresReport } from "./failures/failures-report.ts";
import { clearRefusal, dismissRefusal } from "./failures/rights-change.ts";
import { type PermitSyncOptions, type PermitSyncSettings, readPermitSyncOptions } from "./options.ts";
import { settledWithin, systemTimers, type Timers } from "./pace/timers.ts";
import {
  addProvider,
  DRAIN_TIMEOUT_MS,
  refreshCompanies,
  refreshCompany,
  removeProvider,
  replaceProvider,
} from "./provider-changes.ts";
import type { ReconcileOptions, ReconcileReport } from "./reconcile/drift.ts";
import type { ReassertOptions, ReassertReport } from "./reconcile/reassert.ts";
import { reassertOne, reconcileOne } from "./run-reconcile.ts";
import { readStatus, type SyncStatus } from "./status.ts";
import { createSyncCore, type SyncCore } from "./sync-core.ts";
import { OtherProcesses } from "./upkeep/other-processes.ts";
import { RefreshRetries } from "./upkeep/refresh-retries.ts";
import { waitUntilIdle } from "./upkeep/wait-until-idle.ts";

/**
 * Delivers permits durably to push providers, and answers lookups for pull providers from the same ledger.
 *
 * Every method that reads or writes the ledger opens it first. It rejects with `unavailable` when the ledger fails, and
 * with `invalid_config` when the ledger's own set-up is wrong. Options that are malformed or unknown are `invalid_input`
 * that names the field.
 */
export interface PermitSync {
  /**
   * Records a new or changed permit. When the promise is fulfilled, the change is durable and sync will deliver it. A
   * revoked permit is reinstated by a higher revision, under new references. Can be called before `start` and after
   * `stop`.
   *
   * Reads the company and its locations from the directory, for at most 2 seconds, to find the providers that the company
   * has enabled and what the directory does not know (`notInDirectory` of the result). When the directory does not answer,
   * sync assumes all push providers. The permit is recorded in any case.
   *
   * @throws EnforcementError `invalid_input` when the permit is malformed, has an id of more than 512 characters, or has
   * the recorded revision with other content; `unavailable` when the ledger fails, and then nothing was
   * recorded, or with `outcome: "unknown"` the change may have been: call again
   */
  issue(permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  /**
   * Does {@link issue} for many permits, all or nothing. Returns one result per permit, in order; an empty list returns
   * an empty list. The error names the first invalid permit, as `permits[3].revision`. `sqliteLedger` checks a long
   * list over several turns of the event loop: do not change its permits until the promise is fulfilled.
   */
  issueMany(permits: readonly PermitInput[], options?: ChangeOptions): Promise<ChangeResult[]>;
  /**
   * Does {@link issue} for a permit that must not have been revoked: a revoked one stays revoked, and the status is
   * `revoked`. An unknown permit is recorded, because a revision may overtake its permit.
   */
  revise(permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  /**
   * Withdraws a permit: sync cancels its registrations at every vendor. An unknown id gives the status `unknown`, and a
   * repeat gives `unchanged`; neither throws.
   *
   * @throws EnforcementError `invalid_input` when the id is no text, or has more than 512 characters;
   * `unavailable` as {@link issue} does
   */
  revoke(permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
  /**
   * Withdraws a permit as {@link revoke} does, and erases its personal data as soon as no vendor has a live
   * registration of it. The permit id, company id, revision and generations remain. Throws what {@link revoke} throws.
   */
  forget(permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
  /**
   * Plans the permits of a company, or of all companies, again. Call it after the directory changed. Deliveries that
   * wait because the directory could not be read are tried at once.
   *
   * @param options `companyId`: the company whose permits are planned again. Default: all companies in the ledger.
   */
  refresh(options?: { companyId?: string }): Promise<void>;

  /**
   * Adds a provider. Adding a push provider refreshes all companies, and deliveries begin at once when sync is running.
   *
   * @throws EnforcementError `invalid_input` when it is malformed or its id is in use
   */
  addProvider(provider: EnforcementProvider): Promise<void>;
  /**
   * Ends deliveries to a provider. Waits at most 10 seconds for its open requests, then aborts them. Its registrations
   * stay at the vendor and in the ledger. To withdraw them, disable the provider in the directory first, call
   * `refresh`, and wait for `idle`.
   *
   * @throws EnforcementError `invalid_input` when no provider has this id
   */
  removeProvider(providerId: string): Promise<void>;
  /**
   * Replaces the provider with the same id by another instance, for example with other credentials or another address.
   * Waits at most 10 seconds for the old instance's open requests before the new one sends.
   *
   * @throws EnforcementError `invalid_input` when it is malformed, when no provider has this id, or when vendor or
   * delivery kind differ
   */
  replaceProvider(provider: EnforcementProvider): Promise<void>;

  /**
   * Opens the ledger and begins to deliver. Calling it again does nothing. Sync keeps the process alive until `stop`.
   * When the ledger cannot be opened, `start` rejects and sync does not run: call it again.
   */
  start(): Promise<void>;
  /**
   * Ends deliveries. Waits at most 10 seconds for open requests and for the ledger, then aborts what is left.
   * Undelivered operations are delivered after the next `start`. Changes can be recorded meanwhile and afterwards. The
   * ledger stays open: close it after `stop`.
   */
  stop(): Promise<void>;
  /**
   * Waits until nothing is due and no request is open, on every machine that shares the ledger. A vendor that is down
   * keeps it waiting; refused operations, and operations due later, do not. Before `start` it waits for what is already
   * due. There is no time limit: pass a `signal` to set one.
   *
   * @throws EnforcementError `aborted` when the signal aborts
   */
  idle(options?: { signal?: AbortSignal }): Promise<void>;

  /** The state of the clock and of each provider, its deliveries and its breaker. */
  status(): Promise<SyncStatus>;
  /** The refused operations of one provider, oldest first. Default: of all providers. Dismissed ones are left out. */
  failures(options?: { providerId?: string }): AsyncIterable<SyncFailure>;
  /**
   * Sends a refused operation again, by its key in `failures()` or in a `refused` event. Can be called before `start` and
   * after `stop`: the next `start` sends it.
   *
   * @throws EnforcementError `invalid_input` when the key is malformed
   */
  retry(key: string): Promise<FailureResult>;
  /**
   * Sends again every refused operation that the filter selects and that was refused before the call. Returns once each
   * change is recorded, and does not wait for the vendor. It changes some at a time; those whose permit is being worked on
   * are tried again for two minutes, and are in conflict then. With `dryRun: true` it changes nothing.
   *
   * When the ledger fails, the call rejects with `unavailable` and without a report: what was changed until then stays
   * changed, and the same call again changes the rest.
   *
   * @throws EnforcementError `invalid_input` naming the key of the filter that is malformed, or `filter` when it is empty
   */
  retry(filter: FailureFilter, options?: FailureChangeOptions): Promise<FailuresReport>;
  /**
   * Dismisses a refused operation, by its key. Sync does not try it again until the permit or the mapping changes. Throws
   * what {@link retry} throws.
   */
  dismiss(key: string): Promise<FailureResult>;
  /** Dismisses every refused operation that the filter selects, as {@link retry} with a filter sends them again. */
  dismiss(filter: FailureFilter, options?: FailureChangeOptions): Promise<FailuresReport>;

  /**
   * Says where a permit is: for each push provider, location and plate whether the vendor acknowledged it, it is on its way,
   * it is not sent and why, or it was withdrawn. Changes nothing. Which vendors are down it knows by this process's breakers. A
   * vendor that can list its zones, and is not down, is asked for them, once and for at most 10 seconds, when a registration
   * is on its way or was refused, or a location has no target.
   *
   * @throws EnforcementError `invalid_input` when the id is no text, or has more than 512 characters; `aborted` when the
   * signal aborts
   */
  explain(permitId: string, options?: ExplainOptions): Promise<PermitExplanation>;
  /**
   * Does {@link explain} for the permits of a company that have a plate, with the entries of that plate. Permits that were
   * revoked are not found by their plates: explain them by their ids. An empty list: the company has no such permit.
   *
   * @throws EnforcementError `invalid_input` when the plate has no letter or digit, or `companyId` is no id; `aborted`
   */
  explainPlate(
    question: { plate: string; companyId: string },
    options?: ExplainOptions,
  ): Promise<PermitExplanation[]>;

  /**
   * Compares the registrations that a vendor lists with those that it acknowledged, and repairs the differences unless
   * `repair` says otherwise. Can be called during deliveries and before `start`.
   *
   * @throws EnforcementError `unsupported` when the vendor cannot be listed (use {@link reassert} there);
   * `invalid_input` when no push provider has this id; the vendor's error when three targets in a row cannot be listed
   */
  reconcile(providerId: string, options?: ReconcileOptions): Promise<ReconcileReport>;
  /**
   * Sends every live registration of a provider again under its reference, at most `perSecond` a second (default 20). A
   * vendor that lost a registration has it again; a vendor that has it changes nothing.
   *
   * @throws EnforcementError `invalid_input` when no push provider has this id; the vendor's error when it is down
   */
  reassert(providerId: string, options?: ReassertOptions): Promise<ReassertReport>;

  /**
   * The permit source for `createPermitLookupHandler`: permits that are not revoked. Can be passed without its object.
   */
  readonly findPermits: FindPermits;
}

/**
 * Creates durable sync. It reads, writes and sends nothing before the first call of a method.
 *
 * @throws EnforcementError `invalid_config` that names the option
 */
export function createPermitSync(options: PermitSyncOptions): PermitSync {
  const settings = readPermitSyncOptions(options);
  return createFrom(settings, { timers: systemTimers(settings.clock), random: Math.random });
}

/**
 * {@link createPermitSync} with injected timers and randomness, for tests. `lookEveryMs`: how often it looks for what other
 * processes planned.
 */
export function createPermitSyncWith(
  options: PermitSyncOptions,
  {
    timers,
    random = Math.random,
    lookEveryMs,
  }: { timers: Timers; random?: () => number; lookEveryMs?: number },
): PermitSync {
  return createFrom(readPermitSyncOptions(options), { timers, random, lookEveryMs });
}

function createFrom(
  settings: PermitSyncSettings,
  time: { timers: Timers; random: () => number; lookEveryMs?: number | undefined },
): PermitSync {
  const core = createSyncCore(settings, time);
  const { openLedger, timers, loops, retention, companyAnswers } = core;
  let isRunning = false;
  let stopping: Promise<unknown> = Promise.resolve();
  const otherProcesses = new OtherProcesses({ loops, timers, everyMs: time.lookEveryMs });
  const refreshRetries = new RefreshRetries({
    timers,
    random: time.random,
    refresh: (companyId) => refreshCompany(core, companyId),
    onSettled: () => core.idleSignal.notify(),
  });
  const changes = createHostChanges({
    openLedger,
    timers,
    clockKeeper: core.clockKeeper,
    companyAnswers,
    refreshRetries,
    health: core.health,
    pushProviders: loops,
    refreshCount: () => core.refreshCount,
    onRecorded(permitIds, providerIds) {
      for (const providerId of providerIds) loops.get(providerId)?.outdate({ permitIds });
      core.wake(providerIds);
    },
    onForgotten: () => retention.wake(),
  });

  const forget: PermitSync["forget"] = (permitId, options) => changes.withdraw("forget", permitId, options);

  return {
    issue: (permit, options) => changes.put("issue", permit, options),
    issueMany: (permits, options) => changes.putMany(permits, options),
    revise: (permit, options) => changes.put("revise", permit, options),
    revoke: (permitId, options) => changes.withdraw("revoke", permitId, options),
    forget,
    async refresh(options = {}) {
      const { companyId } = readRecord(options, "options", ["companyId"]);
      await refreshCompanies(core, readOptionalText(companyId, "options.companyId"));
    },

    addProvider: (provider) => addProvider(core, provider, isRunning),
    removeProvider: (providerId) => removeProvider(core, providerId),
    replaceProvider: (provider) => replaceProvider(core, provider, () => isRunning),

    async start() {
      if (isRunning) return;
      isRunning = true;
      try {
        // A stop in progress still releases deliveries: this start must not claim them meanwhile.
        await stopping;
        const ledger = await openLedger();
        // The first look for work then need not wait for this write. A failing ledger is retried by the loops.
        await core.clockKeeper.cover(timers.now())?.catch(() => core.health.note(false));
        otherProcesses.start(ledger, core.wake);
      } catch (thrown) {
        isRunning = false;
        throw thrown;
      }
      if (!isRunning) return;
      for (const loop of loops.values()) loop.start();
      retention.start();
      refreshRetries.start();
    },
    async stop() {
      isRunning = false;
      otherProcesses.stop();
      const ends = [...loops.values()].map((loop) => loop.stop(DRAIN_TIMEOUT_MS));
      // Retention and refresh retries can be cut off: the next start repeats their work.
      const others = Promise.all([retention.stop(), refreshRetries.stop()]);
      stopping = Promise.all([settledWithin(DRAIN_TIMEOUT_MS, others, timers.after), ...ends]);
      await stopping;
      await settledWithin(DRAIN_TIMEOUT_MS, core.outageNotes.settled(), timers.after);
      if ([...loops.values()].every((loop) => loop.isClockSettled)) {
        await settledWithin(
          DRAIN_TIMEOUT_MS,
          core.clockKeeper.rest().catch(() => core.health.note(false)),
          timers.after,
        );
      }
    },
    async idle(options = {}) {
      const signal = readSignal(readRecord(options, "options", ["signal"])["signal"], "options.signal");
      await waitUntilIdle(core, refreshRetries, signal);
    },

    status: () => readStatus(core, isRunning),
    failures(options = {}) {
      const { providerId } = readRecord(options, "options", ["providerId"]);
      return listFailures(core, readOptionalText(providerId, "options.providerId"));
    },
    retry: createFailureChange(core, clearRefusal),
    dismiss: createFailureChange(core, dismissRefusal),
    explain: async (permitId, options) => explainInSync(core, permitId, options),
    explainPlate: async (question, options) => explainPlateInSync(core, question, options),
    reconcile: async (providerId, options) => reconcileOne(core, forget, providerId, options),
    reassert: async (providerId, options) => reassertOne(core, forget, providerId, options),
    findPermits: createFindPermits(core),
  };
}

/**
 * The first lookup opens the ledger. Later lookups return the ledger's own result, without a promise where the ledger does.
 */
function createFindPermits({ openLedger, settings, pace }: SyncCore): FindPermits {
  const findPermits: FindPermits = (query) => {
    pace.noteLookup();
    const ledger = openLedger();
    if (!isPromise(ledger)) return ledger.findPermits(query);
    return ledger.then((opened) => opened.findPermits(query));
  };
  return givesCheckedPermits(settings.ledger.findPermits) ? markChecked(findPermits) : findPermits;
}
