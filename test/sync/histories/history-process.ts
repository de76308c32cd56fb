import type { PushProvider } from "../../../src/core/provider.ts";
import type { PushChange } from "../../../src/core/registration/push-operations.ts";
import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { createPermitSyncWith } from "../../../src/sync/permit-sync.ts";
import { createFakeProvider, type FakeProvider } from "./fake-provider.ts";
import { type HistoryWorld, LEAD_TIME_MS, VENDORS } from "./history-world.ts";
import { createWatchedLedger } from "./watched-ledger.ts";

const MINUTE_MS = 60_000;

type Sync = ReturnType<typeof createPermitSyncWith>;

/** One life of the process under test: it ends in a crash, or as it should. */
export interface HistoryProcess {
  readonly sync: Sync;
  /** Whether it was killed. Its open calls never settle then. */
  isDead(): boolean;
  /** Kills it after so many more doings with its ledger; 0 kills it now. */
  killAfter(doings: number): void;
  /** Disarms the kill. */
  spare(): void;
  createProvider(providerId: string): PushProvider;
  /** The last of it goes, after it stopped by itself. */
  clear(): void;
}

export function beginProcess(
  world: HistoryWorld,
  {
    ledger,
    providerIds,
    onSend,
  }: {
    ledger: Ledger;
    providerIds: Iterable<string>;
    onSend: (providerId: string, change: PushChange) => void;
  },
): HistoryProcess {
  const { time, activity, random, vendors, judge, host, events } = world;
  const timers = time.createTimers();
  // Where the ledger has a clock, this machine's may be wrong: by ten minutes for ever, or by minutes now and then.
  const wrongBy = ledger.now === undefined ? () => 0 : createWrongClock(random);
  const vendorTimers = time.createTimers();
  const instances = new Set<FakeProvider>();
  const lived: SyncEvent[] = [];
  events.push(lived);
  let isDead = false;
  let doingsLeft = Number.POSITIVE_INFINITY;

  function kill(): void {
    isDead = true;
    doingsLeft = Number.POSITIVE_INFINITY;
    timers.clear();
    for (const instance of instances) instance.die();
    vendorTimers.clear();
  }

  function passCrashPoint(): boolean {
    activity.note();
    if (!isDead && --doingsLeft < 0) kill();
    return isDead;
  }

  function createProvider(providerId: string): PushProvider {
    const vendor = vendors.get(providerId);
    if (vendor === undefined || !(providerId in VENDORS)) throw new Error(`No vendor ${providerId}.`);
    const instance = createFakeProvider({
      ...VENDORS[providerId as keyof typeof VENDORS],
      ...{ vendor, timers: vendorTimers, activity, random },
      onSend(change) {
        judge.onSend(providerId, change);
        onSend(providerId, change);
      },
      nextFault: () => world.nextFault(providerId),
    });
    instances.add(instance);
    return instance.provider;
  }

  const sync = createPermitSyncWith(
    {
      providers: [...providerIds].map(createProvider),
      ledger: createWatchedLedger({
        ...{ ledger, activity, observer: judge, passCrashPoint },
        takeFailure: world.takeLedgerFailure,
        silenced: (run) => {
          const silence = world.takeSilence();
          return silence === undefined ? run() : (world.home.silenced?.(silence, run) ?? run());
        },
      }),
      directory: host.directory,
      leadTimeMs: LEAD_TIME_MS,
      concurrency: 2,
      onEvent(event) {
        // Code that runs on to its next wait after the kill has no effect.
        if (!isDead) lived.push(event);
      },
      clock: time.now,
    },
    {
      timers: { ...timers, now: () => new Date(timers.now().getTime() + wrongBy()) },
      random,
      // Every half minute would be thousands of questions to a database while days pass.
      lookEveryMs: 60 * MINUTE_MS,
    },
  );

  return {
    sync,
    isDead: () => isDead,
    killAfter(doings) {
      if (doings === 0) kill();
      else doingsLeft = doings;
    },
    spare() {
      doingsLeft = Number.POSITIVE_INFINITY;
    },
    createProvider,
    clear() {
      timers.clear();
      vendorTimers.clear();
    },
  };
}

/** By how many milliseconds a machine's clock is wrong, whenever it is read. */
function createWrongClock(random: () => number): () => number {
  let wrongBy = Math.round((random() * 20 - 10) * MINUTE_MS);
  return () => {
    if (random() < 0.01) wrongBy = Math.round((random() * 20 - 10) * MINUTE_MS);
    return wrongBy;
  };
}
