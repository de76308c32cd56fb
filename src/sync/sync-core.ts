import { type Clock, steadyClock } from "../core/clock.ts";
import { fieldError, readText } from "../core/fields.ts";
import type { MaybePromise } from "../core/maybe-promise.ts";
import { readConfig } from "../core/options.ts";
import type { EnforcementProvider, PushProvider } from "../core/provider.ts";
import { type CompanyAnswers, createCompanyAnswers } from "./changes/company-answers.ts";
import { ClockKeeper } from "./clock/clock-keeper.ts";
import { ClockWatch } from "./clock/clock-watch.ts";
import { type CompanyViews, createCompanyViews } from "./deliver/company-views.ts";
import { DeliveryLoop } from "./deliver/delivery-loop.ts";
import { createEmit, type Emit, LedgerHealth } from "./deliver/events.ts";
import { Breaker } from "./deliver/send/breaker.ts";
import { AllPlaces } from "./deliver/send/vendor-places.ts";
import { SharedClaims } from "./deliver/shared-claims.ts";
import { SharedWrites } from "./deliver/shared-writes.ts";
import type { Ledger } from "./ledger/ledger.ts";
import { FACTORY, type PermitSyncSettings } from "./options.ts";
import { HeldDeliveries } from "./pace/claim-window.ts";
import { IdleSignal } from "./pace/idle-signal.ts";
import { Pace } from "./pace/pace.ts";
import type { Timers } from "./pace/timers.ts";
import { OutageNotes } from "./upkeep/outage-notes.ts";
import { createRetention, type Retention } from "./upkeep/retention.ts";

/** The state that all parts of one sync share. */
export interface SyncCore {
  readonly settings: PermitSyncSettings;
  readonly timers: ClockWatch;
  readonly clockKeeper: ClockKeeper;
  readonly pace: Pace;
  readonly random: () => number;
  readonly emit: Emit;
  readonly health: LedgerHealth;
  readonly views: CompanyViews;
  readonly companyAnswers: CompanyAnswers;
  readonly retention: Retention;
  readonly outageNotes: OutageNotes;
  /** All providers, by id. Only `addProvider`, `removeProvider` and `replaceProvider` change it. */
  readonly providers: Map<string, EnforcementProvider>;
  /** One loop per push provider, by the provider's id. */
  readonly loops: Map<string, DeliveryLoop>;
  /** The number of refreshes so far: the directory or the providers changed. */
  refreshCount: number;
  /** Opens the ledger. Returns it without a promise once it is open. @throws EnforcementError when it cannot be opened */
  openLedger(): MaybePromise<Ledger>;
  createLoop(provider: PushProvider): DeliveryLoop;
  /** Looks for due deliveries at these push providers. */
  wake(providerIds: Iterable<string>): void;
  /** Notified when a loop becomes idle. */
  readonly idleSignal: IdleSignal;
  /** @throws EnforcementError `invalid_input` when there is no provider with this id */
  getProvider(providerId: string): EnforcementProvider;
}

export function createSyncCore(
  settings: PermitSyncSettings,
  { timers: given, random }: { timers: Timers; random: () => number },
): SyncCore {
  const { directory, concurrency, leadTimeMs, retentionMs } = settings;
  const hostNow = steadyClock(given.now, (isWell) =>
    emit({ type: isWell ? "clock_recovered" : "clock_failed" }),
  );
  // Machines that share a ledger use the ledger's clock, because their own clocks may differ.
  const now = () => settings.ledger.now?.() ?? hostNow();
  const { monotonic, after } = given;
  const timers = new ClockWatch({ now, monotonic, after }, ({ byMs, against }) => {
    emit({ type: "clock_leapt", byMs, against });
    // When this write fails, retention writes the leap within the hour.
    clockKeeper.keep().catch(() => health.note(false));
  });
  const clockKeeper = new ClockKeeper(timers, () => settings.ledger);
  const pace = new Pace();
  const held = new HeldDeliveries();
  const emit: Emit = createEmit(settings.onEvent, timers.now);
  requireClock(hostNow);
  const health = new LedgerHealth(emit);
  const views = createCompanyViews({ directory, timers, random, emit });
  const companyAnswers = createCompanyAnswers({ directory, timers });
  const places = new AllPlaces(settings.maxConcurrency, (origin) => {
    for (const loop of loops.values()) if (originOf(loop.provider) === origin) loop.retryNow();
  });
  const claims = new SharedClaims({ ledger: settings.ledger, timers, clockKeeper });
  const writes = new SharedWrites({
    ledger: settings.ledger,
    timers,
    random,
    pace,
    onResult: (isWritten) => health.note(isWritten),
  });
  const loops = new Map<string, DeliveryLoop>();
  const idleSignal = new IdleSignal();
  const breakers = new Map<string, Breaker>();
  const outageNotes = new OutageNotes({ ledger: settings.ledger, timers, health });
  let opening: Promise<Ledger> | undefined;
  let isOpen = false;
  let stepsSeen = 0;

  const openLedger = (): MaybePromise<Ledger> => {
    const { ledger } = settings;
    if (isOpen) return ledger;
    opening ??= ledger
      .open()
      .then(() => {
        // The open ledger's own clock, where it has one, replaces the host's.
        timers.restart();
        return clockKeeper.recall();
      })
      .then(
        () => {
          isOpen = true;
          return ledger;
        },
        (thrown: unknown) => {
          // The next call tries again, for example after a disk was mounted.
          opening = undefined;
          throw thrown;
        },
      );
    return opening;
  };
  const retention = createRetention({ openLedger, timers, clockKeeper, retentionMs, emit, health });

  const core: SyncCore = {
    settings,
    timers,
    random,
    emit,
    health,
    views,
    retention,
    outageNotes,
    loops,
    idleSignal,
    openLedger,
    clockKeeper,
    pace,
    companyAnswers,
    refreshCount: 0,
    providers: new Map(settings.providers.map((provider) => [provider.id, provider])),
    createLoop(provider) {
      // A new instance keeps the breaker of its provider id: the outage is the vendor's, and its event is not repeated.
      const breaker =
        breakers.get(provider.id) ?? createBreaker(provider.id, { timers, random, emit, outageNotes });
      breakers.set(provider.id, breaker);
      breaker.retryNow();
      return new DeliveryLoop({
        provider,
        breaker,
        ledger: settings.ledger,
        timers,
        random,
        views,
        health,
        emit,
        leadTimeMs,
        concurrency,
        places: places.of(originOf(provider)),
        clockWatch: timers,
        claims,
        writes,
        pace,
        held,
        onClockSettled() {
          if (![...loops.values()].every((loop) => loop.isClockSettled)) return;
          clockKeeper.settle().catch(() => health.note(false));
        },
        onQuiet: () => idleSignal.notify(),
        onWithdrawn: () => retention.wake(),
      });
    },
    wake(providerIds) {
      const { stepsBack } = timers;
      // A clock that was set back concerns every provider: what waits for an instant of it is due.
      const woken = stepsBack === stepsSeen ? providerIds : loops.keys();
      stepsSeen = stepsBack;
      for (const providerId of woken) loops.get(providerId)?.wake();
    },
    getProvider(providerId) {
      const provider = core.providers.get(readText(providerId, "providerId"));
      if (provider === undefined) throw fieldError("providerId", "names no provider of this sync.");
      return provider;
    },
  };
  for (const provider of settings.providers) {
    if (provider.delivery === "push") loops.set(provider.id, core.createLoop(provider));
  }
  return core;
}

/** What identifies a provider's vendor: providers that do not say it are of different ones. */
function originOf({ origin, id }: PushProvider): string {
  return origin ?? `provider ${id}`;
}

/** @throws EnforcementError `invalid_config` when the host's clock gives no valid Date at construction */
function requireClock(clock: Clock): void {
  readConfig(FACTORY, clock);
}

function createBreaker(
  providerId: string,
  {
    timers,
    random,
    emit,
    outageNotes,
  }: { timers: Timers; random: () => number; emit: Emit; outageNotes: OutageNotes },
): Breaker {
  return new Breaker({
    timers,
    random,
    onChange(error, since) {
      if (error === undefined) {
        const now = timers.now();
        outageNotes.noteChange({ providerId, at: now, code: null });
        emit({ type: "provider_up", providerId, downMs: now.getTime() - since.getTime() });
      } else {
        const { code, status } = error;
        outageNotes.noteChange({ providerId, at: since, code });
        emit({ type: "provider_down", providerId, code, ...(status === undefined ? {} : { status }) });
      }
    },
    onAnswer: () => outageNotes.noteAnswer(providerId),
  });
}
