import { EnforcementError } from "../../../src/core/errors.ts";
import type { ClaimedDelivery, Ledger } from "../../../src/sync/ledger/ledger.ts";
import type { Activity } from "./activity.ts";

/** Observes the calls between a sync and its ledger. */
export interface LedgerObserver {
  /** The deliveries that a sync has claimed. */
  onClaim(claimed: readonly ClaimedDelivery[]): void;
  /** Before deliveries are written. */
  onSave(updates: Parameters<Ledger["save"]>[0]): void;
  /** After they were. */
  onSaved(updates: Parameters<Ledger["save"]>[0]): void;
}

export interface WatchedLedgerOptions {
  readonly ledger: Ledger;
  readonly activity: Activity;
  readonly observer: LedgerObserver;
  /** A point at which the process may die. Returns whether it is dead, since now or before. */
  readonly passCrashPoint: () => boolean;
  /** Whether the store fails now, as a full disk does. */
  readonly takeFailure: () => boolean;
  /** Runs a call, perhaps over connections that go silent. Default: they are well. */
  readonly silenced?: <Value>(run: () => Promise<Value>) => Promise<Value>;
}

/**
 * A ledger as one process sees it. When the process has died, nothing it asks for is begun any more, and what was
 * begun is done without it.
 */
export function createWatchedLedger(options: WatchedLedgerOptions): Ledger {
  const { ledger, activity, observer, passCrashPoint, takeFailure, silenced = (run) => run() } = options;

  async function call<Value>(run: () => Promise<Value>): Promise<Value> {
    if (passCrashPoint()) return never();
    const value = await activity.track(run());
    if (passCrashPoint()) return never();
    return value;
  }

  /** A call of the delivery's own, whose result only sync gets. */
  function callOrFail<Value>(run: () => Promise<Value>): Promise<Value> {
    return call(() => {
      if (!takeFailure()) return silenced(run);
      return Promise.reject(new EnforcementError("unavailable", "ledger: the disk is full."));
    });
  }

  function noteClaimed(claimed: ClaimedDelivery[]): ClaimedDelivery[] {
    observer.onClaim(claimed);
    return claimed;
  }

  async function* follow<Item>(items: AsyncIterable<Item>): AsyncGenerator<Item> {
    const iterator = items[Symbol.asyncIterator]();
    for (;;) {
      const step = await call(async () => iterator.next());
      if (step.done === true) return;
      yield step.value;
    }
  }

  const watched: Ledger = {
    kind: ledger.kind,
    open: () => call(() => ledger.open()),
    close: () => call(() => ledger.close()),
    record: (changes, recordOptions) => call(() => ledger.record(changes, recordOptions)),
    makeDue: (selection, options) => call(() => ledger.makeDue(selection, options)),
    rewind: (request) => call(() => ledger.rewind(request)),
    readClock: () => call(() => ledger.readClock()),
    noteClock: (noted, options) => call(() => ledger.noteClock(noted, options)),
    noteOutage: (change) => callOrFail(() => ledger.noteOutage(change)),
    noteReadBack: (note) => call(() => ledger.noteReadBack(note)),
    listCompanies: () => follow(ledger.listCompanies()),
    claim: (request) => callOrFail(async () => noteClaimed(await ledger.claim(request))),
    claimOne: (id, request) =>
      callOrFail(async () => {
        const claimed = await ledger.claimOne(id, request);
        if (claimed !== undefined) noteClaimed([claimed]);
        return claimed;
      }),
    save: (updates) =>
      callOrFail(async () => {
        observer.onSave(updates);
        const effects = await ledger.save(updates);
        observer.onSaved(updates.filter((_, index) => effects[index]));
        return effects;
      }),
    findNextDue: (providerIds) => callOrFail(() => ledger.findNextDue(providerIds)),
    findPermits: ledger.findPermits,
    getPermit: (permitId) => call(() => ledger.getPermit(permitId)),
    readRecord: (permitId) => call(() => ledger.readRecord(permitId)),
    count: (providerIds, now) => call(() => ledger.count(providerIds, now)),
    listFailures: (providerId) => follow(ledger.listFailures(providerId)),
    listUnmapped: (providerId) => follow(ledger.listUnmapped(providerId)),
    listAt: (providerId, target) => follow(ledger.listAt(providerId, target)),
    listTargets: (providerId) => follow(ledger.listTargets(providerId)),
    erase: (request) => call(() => ledger.erase(request)),
  };
  const { overwriteErased, watch, now } = ledger;
  if (now !== undefined) watched.now = () => now();
  if (overwriteErased !== undefined) watched.overwriteErased = () => call(() => overwriteErased.call(ledger));
  // What another process recorded is news only to the living.
  if (watch !== undefined) watched.watch = (onDue) => watch.call(ledger, onDue);
  return watched;
}

function never(): Promise<never> {
  return new Promise(() => {});
}
