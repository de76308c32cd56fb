import { explainPermit } from "../../../src/sync/explain/explain-permit.ts";
import type { PermitExplanation, PermitExplanationEntry } from "../../../src/sync/explain/explanation.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { seededRandom } from "../../support/seeded-random.ts";
import { type FakeVendor, isLive, type VendorRight } from "./fake-vendor.ts";
import { type HistoryWorld, VENDORS } from "./history-world.ts";
import { Predictions } from "./predictions.ts";

const DAY_MS = 24 * 60 * 60_000;
/** By less a clock goes back while it is adjusted. */
const CLOCK_MS = 1_000;

/** The most moments of a history, and how rarely one is chosen while time passes. */
const MAX_MOMENTS = 15;
const CHANCE = 0.15;

/**
 * Takes explanations at random moments, as another process would that only reads the ledger: during outages, with requests
 * in flight, after crashes. Judges them by what the vendors hold at that moment, and by what happens next.
 */
export class MomentJudge {
  readonly #world: HistoryWorld;
  readonly predictions: Predictions;
  /** Randomness of its own: the history is the same with and without it. */
  readonly #random: () => number;
  #momentsLeft = MAX_MOMENTS;

  constructor(world: HistoryWorld) {
    this.#world = world;
    this.#random = seededRandom(world.history.seed ^ 0x3e47);
    this.predictions = new Predictions({
      time: world.time,
      vendors: world.vendors,
      conditions: world.conditions,
      faults: world.faults,
      violations: world.violations,
      needsRegion: (providerId) => VENDORS[providerId as keyof typeof VENDORS].needsRegion,
    });
  }

  /** Time has passed. */
  async look(ledger: Ledger, { isAlive }: { isAlive: boolean }): Promise<void> {
    this.predictions.check(isAlive);
    if (this.#momentsLeft === 0 || this.#random() >= CHANCE) return;
    this.#momentsLeft -= 1;
    await this.lookNow(ledger);
  }

  /** Takes the explanations of all permits, and judges them. */
  async lookNow(ledger: Ledger): Promise<void> {
    const { host, time, words, violations } = this.#world;
    const directory = { getCompany: host.getCompany, listLocations: host.listLocations };
    const permitIds = new Set(words.candidates().flatMap((permits) => [...permits.keys()]));
    for (const permitId of permitIds) {
      const explanation = await explainPermit({ ledger, directory, permitId, clock: time.now });
      violations.push(...judgeMoment(this.#world, explanation));
      this.predictions.add(explanation);
    }
  }
}

/** What is wrong with an explanation at a moment at which anything may be under way. */
function judgeMoment(world: HistoryWorld, explanation: PermitExplanation): string[] {
  return explanation.entries.flatMap((entry) => {
    const vendor = world.vendors.get(entry.providerId);
    const problem = vendor && judgeEntry(world, { entry, vendor, permitId: explanation.permitId });
    if (problem === undefined) return [];
    return [`Explanation of ${explanation.permitId}: ${problem}: ${entry.sentence}`];
  });
}

interface Judged {
  readonly entry: PermitExplanationEntry;
  readonly vendor: FakeVendor;
  readonly permitId: string;
}

function judgeEntry(world: HistoryWorld, judged: Judged): string | undefined {
  switch (judged.entry.status) {
    case "acknowledged":
      return judgeAcknowledged(world, judged, judged.entry);
    case "withdrawn":
      return judgeWithdrawn(world, judged);
    case "not_sent":
      return "refusal" in judged.entry ? undefined : judgeAbsent(world, judged);
    default:
      return undefined;
  }
}

/** The vendor accepted it, with that end, and was not told to end it since. */
function judgeAcknowledged(
  world: HistoryWorld,
  judged: Judged,
  entry: PermitExplanationEntry & { status: "acknowledged" },
): string | undefined {
  const right = findRight(judged, entry.reference);
  if (right === undefined) return "the vendor never had it";
  if (!right.ends.includes(entry.coveredUntil.getTime())) return "the vendor never had this end";
  const { change, readBackAt } = entry;
  const mayBeCancelled = change !== undefined && "failedAt" in change && change.operation === "cancel";
  if (right.cancelled && !mayBeCancelled) return "the vendor has ended it for a cancellation";
  // A process that ends right after its clock was set back leaves what was read before dated later than what came after.
  if (readBackAt === null || world.time.stepsBack() > 0) return undefined;
  const shownAt = judged.vendor.shownAt.get(right.identity);
  return shownAt === undefined || shownAt < readBackAt.getTime() ? "no such list has shown it" : undefined;
}

/** The vendor does not show it, and was told to end it, or had lost it. */
function judgeWithdrawn(world: HistoryWorld, judged: Judged): string | undefined {
  const { entry } = judged;
  const right = "reference" in entry ? findRight(judged, entry.reference ?? "") : undefined;
  const isThere = right !== undefined && isLive(right, world.time.now().getTime());
  return isThere ? "the vendor shows it still" : undefined;
}

/** Nothing is at the vendor of what was not sent. */
function judgeAbsent(world: HistoryWorld, judged: Judged): string | undefined {
  const now = world.time.now().getTime();
  // After the clock was set back, sync plans anew what was ended by a clock that was ahead.
  if (world.time.latest() > now + CLOCK_MS) return undefined;
  const shown = [...judged.vendor.rights.values()].find(
    (right) =>
      isAt(judged, right) &&
      isLive(right, now) &&
      // Nothing is known any more of what was over for a day when the clock was set back.
      right.end + DAY_MS > world.time.latest() &&
      !world.judge.letBe.has(right.identity),
  );
  return shown === undefined ? undefined : `the vendor shows it at ${shown.target}`;
}

/** The right that an entry names. The vendor's own references may repeat. */
function findRight(judged: Judged, given: string): VendorRight | undefined {
  return [...judged.vendor.rights.values()].find(
    (right) => isAt(judged, right) && (right.identity === given || right.reference === given),
  );
}

function isAt({ entry: { locationId, plate }, permitId }: Judged, right: VendorRight): boolean {
  return (
    right.permitId === permitId &&
    right.locationId === locationId &&
    right.plateNumber === plate.number &&
    right.region === plate.region
  );
}
