import type { SyncEvent } from "../../../src/sync/deliver/events.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { createActivity } from "./activity.ts";
import { createFakeVendor, type FakeVendor } from "./fake-vendor.ts";
import { PROVIDER_IDS } from "./generate-history.ts";
import { createHostDirectory } from "./host-directory.ts";
import { createHostWords } from "./host-words.ts";
import type { LedgerHome } from "./ledger-home.ts";
import { createLedgerJudge, type LedgerJudge } from "./ledger-judge.ts";
import { MISBEHAVIOURS } from "./misbehaving-provider.ts";
import type { Silence } from "./silent-statements.ts";
import type { History, VendorCondition } from "./step.ts";
import type { VendorFault } from "./vendor-fault.ts";
import { createVirtualTime } from "./virtual-time.ts";
import { type WantedRight, wantedRights } from "./wanted-rights.ts";

export const LEAD_TIME_MS = 60 * 60_000;

/**
 * How each vendor is: one with batches that keeps our references, one without that gives its own and cannot be
 * listed, one in between.
 */
export const VENDORS = {
  alpha: {
    references: "ours",
    batchSize: 10,
    openEndedDays: 1,
    needsRegion: false,
    ownReferences: true,
    canBeListed: true,
  },
  beta: {
    references: "own",
    batchSize: 1,
    openEndedDays: 3,
    needsRegion: true,
    ownReferences: false,
    canBeListed: false,
  },
  gamma: {
    references: "ours",
    batchSize: 2,
    openEndedDays: 30,
    needsRegion: false,
    ownReferences: true,
    canBeListed: true,
  },
} as const;

/** The world in which a history happens: everything but the process that is under test. */
export type HistoryWorld = ReturnType<typeof createHistoryWorld>;

/** Which vendor keeps one right for a plate and target: each in a quarter of the histories, and none in the last. */
function keepsOne(seed: number, providerId: (typeof PROVIDER_IDS)[number]): boolean {
  return seed % (PROVIDER_IDS.length + 1) === PROVIDER_IDS.indexOf(providerId);
}

export function createHistoryWorld(history: History, home: LedgerHome) {
  const random = seededRandom(history.seed ^ 0x5eed);
  const time = createVirtualTime(history.start);
  const activity = createActivity();
  const host = createHostDirectory(PROVIDER_IDS);
  let newsAt = Number.NEGATIVE_INFINITY;
  const noteNews = () => {
    newsAt = time.elapsed();
  };
  const words = createHostWords(noteNews);
  const violations: string[] = [];
  /** The events of each process, one list for each. */
  const events: SyncEvent[][] = [];
  let ledgerFailures = 0;
  let ledgerFailedAt = Number.NEGATIVE_INFINITY;
  let silences: Silence[] = [];
  const faults = new Map<string, VendorFault[]>(PROVIDER_IDS.map((id) => [id, []]));
  const conditions = new Map<string, VendorCondition>(PROVIDER_IDS.map((id) => [id, "well"]));
  /** The directory as it was before edits after which sync has not been refreshed yet. */
  let earlierHosts: Pick<typeof host, "getCompany" | "listLocations">[] = [];
  /** Permits that were ever to be forgotten. */
  const forgotten = new Set<string>();

  const hosts = () => [host, ...earlierHosts];

  function readings(permitId: string, providerId: string): WantedRight[][] {
    return words.candidates().flatMap((permits) => {
      const permit = permits.get(permitId);
      return hosts().map((from) => (permit === undefined ? [] : wantedRights(permit, from, providerId)));
    });
  }

  /** Notes which permits were ever to be forgotten. */
  function noteSaid(): void {
    for (const permits of words.candidates()) {
      for (const { spec, state } of permits.values()) if (state === "forgotten") forgotten.add(spec.id);
    }
  }

  function nextFault(providerId: string): VendorFault | undefined {
    const next = faults.get(providerId)?.shift();
    if (next !== undefined) return next;
    switch (conditions.get(providerId)) {
      case "down":
        return random() < 0.7 ? { kind: "refused_connection" } : { kind: "reset", applied: "none" };
      case "silent":
        return { kind: "timeout", applied: random() < 0.1 ? "all" : "none" };
      case "slow":
        return { kind: "slow" };
      case "limiting":
        return random() < 0.5 ? { kind: "rate_limited", retryAfterMs: 30_000 } : undefined;
      case "locked_out":
        return { kind: "unauthorized" };
      case "no_verdict":
        return { kind: "no_verdict" };
      case "misbehaving": {
        const how = MISBEHAVIOURS[Math.floor(random() * MISBEHAVIOURS.length * 1.5)];
        return how === undefined ? undefined : { kind: "misbehaves", how };
      }
      default:
        return undefined;
    }
  }

  const vendors = new Map<string, FakeVendor>(
    PROVIDER_IDS.map((providerId) => [
      providerId,
      createFakeVendor({
        ...{ providerId, references: VENDORS[providerId].references, latest: time.latest },
        // A right that a person dismissed exists beside the ones that came after it.
        mayShare: (one) => judge.letBe.has(one.identity),
        isRepair: (identity) => judge.isRepair(identity),
        keepsOne: keepsOne(history.seed, providerId),
        refusesRepeats: providerId === "alpha",
        stepsBack: time.stepsBack,
        now: () => time.now().getTime(),
        // What waits for its turn was dated before.
        isAhead: (at) => at.getTime() > time.now().getTime() + 1_000 && time.sinceStepBack() > 60_000,
        isForgotten: (permitId) => forgotten.has(permitId),
      }),
    ]),
  );
  const judge: LedgerJudge = createLedgerJudge({
    ...{ vendors, readings, leadTimeMs: LEAD_TIME_MS },
    now: () => time.now().getTime(),
    isNews: () => time.elapsed() === newsAt,
    isLate: () => time.elapsed() - ledgerFailedAt < 2 * 60_000,
  });

  return {
    ...{ history, home, random, time, activity, host, words, violations, events, faults, conditions },
    ...{ vendors, judge, nextFault, noteSaid, forgotten },
    /** The ledger fails so many times from now on; 0: it is well. */
    failLedger(calls: number): void {
      ledgerFailures = calls;
    },
    silenceLedger(given: readonly Silence[]): void {
      silences = [...given];
    },
    takeSilence(): Silence | undefined {
      const silence = silences.shift();
      if (silence !== undefined) ledgerFailedAt = time.elapsed();
      return silence;
    },
    takeLedgerFailure(): boolean {
      ledgerFailures -= 1;
      if (ledgerFailures < 0) return false;
      ledgerFailedAt = time.elapsed();
      return true;
    },
    /** The directory is about to change; until `toldOfChange`, its earlier state counts too. */
    aboutToChange(): void {
      const companies = new Map(["university", "city"].map((id) => [id, host.getCompany(id)]));
      const places = new Map(["university", "city"].map((id) => [id, host.listLocations(id)]));
      earlierHosts.push({
        getCompany: (id) => companies.get(id) ?? host.getCompany(id),
        listLocations: (id) => places.get(id) ?? [],
      });
    },
    toldOfChange(): void {
      earlierHosts = [];
      noteNews();
    },
  };
}
