import { readOptionalText, readRecord } from "../core/fields.ts";
import { type FindPermits, givesCheckedPermits, markChecked } from "../core/lookup/find-permits.ts";
import { isPromise } from "../core/maybe-promise.ts";
import type { PermitInput } from "../core/permit/permit.ts";
import type { EnforcementProvider } from "../core/provider.ts";
import { readSignal } from "../core/registration/operation-options.ts";
import { dismissFailure, listFailures, retryFailure, type SyncFailure } from "./failures.ts";
import { type ChangeOptions, type ChangeResult, createHostChanges } from "./host-changes.ts";
import { type PermitSyncOptions, type PermitSyncSettings, readPermitSyncOptions } from "./options.ts";
import { noteLookup } from "./pace/lookups-first.ts";
import { settledWithin, systemTimers, type Timers } from "./pace/timers.ts";
import {
  addProvider,
  DRAIN_MS,
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
import { OwedRefreshes } from "./upkeep/refresh-retries.ts";

/** Carries permits to the vendors that want to be told, whatever happens on the way, and serves those that ask. */
export interface PermitSync {
  /**
   * Records a permit, new or changed. When the promise is fulfilled, the change is durable and will be delivered. A
   * permit that was revoked is taken up again by a higher revision.
   *
   * @throws EnforcementError `invalid_input` when it is malformed, or has a revision that is recorded with another
   * content; `unavailable` when the ledger fails, and then nothing was recorded
   */
  issue(permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  /**
   * {@link issue} for many, all or nothing: one result for each, in their order. The error names the first permit that
   * is wrong, as `permits[3].revision`. A long list may be read over several turns of the event loop: leave its permits as
   * they are until the promise is fulfilled.
   */
  issueMany(permits: readonly PermitInput[], options?: ChangeOptions): Promise<ChangeResult[]>;
  /** {@link issue} for a permit that must not have been revoked. One that is unknown is recorded: messages overtake each other. */
  revise(permit: PermitInput, options?: ChangeOptions): Promise<ChangeResult>;
  /** Withdraws a permit. */
  revoke(permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
  /** Withdraws a permit, and erases what is personal in it as soon as no vendor has a right of it any more. */
  forget(permitId: string, options?: ChangeOptions): Promise<ChangeResult>;
  /**
   * Looks again at the permits of a company, or of all, because the directory changed; also at what waits because the
   * directory could not be read.
   */
  refresh(options?: { companyId?: string }): Promise<void>;

  /** Begins with another provider, and refreshes. @throws EnforcementError `invalid_input` when its id is in use */
  addProvider(provider: EnforcementProvider): Promise<void>;
  /**
   * Ends deliveries to a provider. What it has stays at the vendor and in the ledger; to withdraw it, switch the provider
   * off in the directory first, `refresh`, and wait for `idle`.
   */
  removeProvider(providerId: string): Promise<void>;
  /** Puts another instance in the place of the one with its id: other credentials, another address. Same vendor. */
  replaceProvider(provider: EnforcementProvider): Promise<void>;

  /** Begins to deliver. Calling it again does nothing. Until `stop`, it keeps the process alive. */
  start(): Promise<void>;
  /**
   * Ends delivering: requests under way, and answers of the ledger, are waited for, at most 10 seconds, then cut off. What
   * was not delivered is delivered after the next start. Changes can be recorded all the time. The ledger stays open; close it afterwards.
   */
  stop(): Promise<void>;
  /**
   * Waits until nothing is due and nothing on its way, on any machine that shares the ledger. A vendor that is down keeps it waiting; what was refused, and
   * what is due only later, does not. Before `start` it waits for what is due.
   */
  idle(options?: { signal?: AbortSignal }): Promise<void>;

  status(): Promise<SyncStatus>;
  /** What vendors refused, of one provider or of all, oldest first. */
  failures(options?: { providerId?: string }): AsyncIterable<SyncFailure>;
  /** Sends a refused operation again. @returns false when it is not refused any more */
  retry(key: string): Promise<boolean>;
  /** Lets a refused operation be: it is not tried until the permit or the mapping changes. @returns false when it is not refused any more */
  dismiss(key: string): Promise<boolean>;

  /**
   * Compares what a vendor shows with what it acknowledged, and repairs what differs unless `repair` says otherwise.
   * Can be called while deliveries go on, and before `start`.
   *
   * @throws EnforcementError `unsupported` where the vendor cannot be listed; use {@link reassert} there
   */
  reconcile(providerId: string, options?: ReconcileOptions): Promise<ReconcileReport>;
  /** Says every live registration of a provider again, slowly: what a vendor lost, it has again. */
  reassert(providerId: string, options?: ReassertOptions): Promise<ReassertReport>;

  /** For `createPermitLookupHandler`: the permits that are not revoked. It can be passed on its own. */
  readonly findPermits: FindPermits;
}

/**
 * Creates durable sync. Nothing is read, written or sent before the first call.
 *
 * @throws EnforcementError `invalid_config` naming the option
 */
export function createPermitSync(options: PermitSyncOptions): PermitSync {
  const settings = readPermitSyncOptions(options);
  return createFrom(settings, { timers: systemTimers(settings.clock), random: Math.random });
}

/** {@link createPermitSync} with another time, and other dice, for tests. */
export function createPermitSyncWith(
  options: PermitSyncOptions,
  { timers, random = Math.random }: { timers: Timers; random?: () => number },
): PermitSync {
  return createFrom(readPermitSyncOptions(options), { timers, random });
}

function createFrom(
  settings: PermitSyncSettings,
  time: { timers: Timers; random: () => number },
): PermitSync {
  const core = createSyncCore(settings, time);
  const { openLedger, timers, loops, retention, enabledProviders } = core;
  let isRunning = false;
  let stopping: Promise<unknown> = Promise.resolve();
  let unwatch: (() => void) | undefined;
  const owed = new OwedRefreshes({
    ...{ timers, random: time.random, refresh: (companyId) => refreshCompany(core, companyId) },
    onSettled() {
      core.wake();
      core.quiet.note();
    },
  });
  const changes = createHostChanges({
    ...{ openLedger, timers, clockKeeper: core.clockKeeper, enabledProviders, owed, health: core.health },
    pushProviderIds: () => [...loops.keys()],
    refreshCount: () => core.refreshCount,
    onRecorded(permitIds) {
      for (const loop of loops.values()) loop.outdate({ permitIds });
      core.wake();
    },
    onForgotten: () => retention.wake(),
  });

  return {
    issue: (permit, options) => changes.put("issue", permit, options),
    issueMany: (permits, options) => changes.putMany(permits, options),
    revise: (permit, options) => changes.put("revise", permit, options),
    revoke: (permitId, options) => changes.withdraw("revoke", permitId, options),
    forget: (permitId, options) => changes.withdraw("forget", permitId, options),
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
        // What is being put back must not be taken out again meanwhile.
        await stopping;
        const ledger = await openLedger();
        // The first look for work need not wait for it then. A ledger that cannot write now is waited for as ever.
        await core.clockKeeper.cover(timers.now())?.catch(() => core.health.note(false));
        unwatch ??= ledger.watch?.((providerId) => core.wake(providerId));
      } catch (thrown) {
        isRunning = false;
        throw thrown;
      }
      if (!isRunning) return;
      for (const loop of loops.values()) loop.start();
      retention.start();
      owed.start();
    },
    async stop() {
      isRunning = false;
      unwatch?.();
      unwatch = undefined;
      const ends = [...loops.values()].map((loop) => loop.stop(DRAIN_MS));
      // What they ask the ledger for changes nothing that a start would miss.
      const others = Promise.all([retention.stop(), owed.stop()]);
      stopping = Promise.all([settledWithin(DRAIN_MS, others, timers.after), ...ends]);
      await stopping;
      if ([...loops.values()].every((loop) => loop.isClockSettled)) {
        await settledWithin(
          DRAIN_MS,
          core.clockKeeper.rest().catch(() => core.health.note(false)),
          timers.after,
        );
      }
    },
    async idle(options = {}) {
      const signal = readSignal(readRecord(options, "options", ["signal"])["signal"], "options.signal");
      await waitUntilIdle(core, owed, signal);
    },

    status: () => readStatus(core, isRunning),
    failures(options = {}) {
      const { providerId } = readRecord(options, "options", ["providerId"]);
      return listFailures(core, readOptionalText(providerId, "options.providerId"));
    },
    retry: async (key) => retryFailure(core, key),
    dismiss: async (key) => dismissFailure(core, key),
    reconcile: async (providerId, options) => reconcileOne(core, providerId, options),
    reassert: async (providerId, options) => reassertOne(core, providerId, options),
    findPermits: createFindPermits(core),
  };
}

// Nothing tells a machine that another one has delivered the last of what they share.
const LOOK_AGAIN_MS = 500;

async function waitUntilIdle(
  core: SyncCore,
  owed: OwedRefreshes,
  signal: AbortSignal | undefined,
): Promise<void> {
  const ledger = await core.openLedger();
  for (;;) {
    const seen = core.quiet.count;
    // That the clock was set back is noticed by reading it. What it had dated ahead is to be done then.
    await Promise.all([...core.loops.values()].map((loop) => loop.settleClock()));
    let cancel = () => {};
    const isQuiet = () => owed.isSettled && [...core.loops.values()].every((loop) => loop.isQuiet);
    if (isQuiet()) {
      const now = core.timers.now();
      const counts = await Promise.all([...core.loops.keys()].map((id) => ledger.count(id, now)));
      if (isQuiet()) {
        if (counts.every(({ pending }) => pending === 0)) return;
        if (ledger.watch !== undefined) cancel = core.timers.after(LOOK_AGAIN_MS, () => core.quiet.note());
      }
    }
    await core.quiet.after(seen, signal).finally(() => cancel());
  }
}

/** Opens the ledger for the first question; after that it is the ledger's own answer. */
function createFindPermits({ openLedger, settings }: SyncCore): FindPermits {
  const findPermits: FindPermits = (query) => {
    noteLookup();
    const ledger = openLedger();
    if (!isPromise(ledger)) return ledger.findPermits(query);
    return ledger.then((opened) => opened.findPermits(query));
  };
  return givesCheckedPermits(settings.ledger.findPermits) ? markChecked(findPermits) : findPermits;
}
