import type { PushChange } from "../../../src/core/registration/push-operations.ts";
import type { ProviderState, RegistrationState } from "../../../src/sync/ledger/delivery.ts";
import type { ClaimedDelivery, DeliveryUpdate, Ledger } from "../../../src/sync/ledger/ledger.ts";
import { type FakeVendor, isLive, placeOf, type VendorRight } from "./fake-vendor.ts";
import { isSameRight, toRight, type WantedRight } from "./wanted-rights.ts";

// By less a clock goes back while it is adjusted.
const CLOCK_MS = 1_000;

export interface LedgerJudgeOptions {
  readonly vendors: ReadonlyMap<string, FakeVendor>;
  readonly now: () => number;
  readonly leadTimeMs: number;
  /** Whether decisions may be written late because the ledger failed: then they are judged when they are sent. */
  readonly isLate: () => boolean;
  /** Whether a change of the host was recorded at this very instant: a request may just be leaving. */
  readonly isNews: () => boolean;
  /**
   * What a permit may want at a provider now: one reading, or several while a change of the host is being recorded or was
   * interrupted by a crash.
   */
  readonly readings: (permitId: string, providerId: string) => readonly (readonly WantedRight[])[];
}

/** Judges each writing of deliveries at the moment at which it is made. */
export interface LedgerJudge {
  readonly violations: string[];
  /** References of rights whose refusal a person dismissed: what the vendor has of them is that person's decision. */
  readonly letBe: ReadonlySet<string>;
  /** Whether the right with this reference is being sent again as it was acknowledged. */
  isRepair(reference: string): boolean;
  onClaim(claimed: readonly ClaimedDelivery[]): void;
  onSave(updates: Parameters<Ledger["save"]>[0]): void;
  onSaved(updates: Parameters<Ledger["save"]>[0]): void;
  /** A change leaves for a vendor. */
  onSend(providerId: string, change: PushChange): void;
}

export function createLedgerJudge(options: LedgerJudgeOptions): LedgerJudge {
  const { vendors, now, leadTimeMs, isLate, isNews, readings } = options;
  const written = new Map<string, ProviderState>();
  const letBe = new Set<string>();
  const durable = new Map<string, ProviderState>();
  const violations: string[] = [];

  function judge({ providerId, permitId, delivery }: DeliveryUpdate, vendor: FakeVendor): void {
    const violate = (right: RegistrationState, what: string) =>
      violations.push(`Ledger, ${providerId} ${permitId} ${describe(right)}: ${what}`);
    const before = written.get(`${providerId} ${permitId}`);
    written.set(`${providerId} ${permitId}`, delivery);
    for (const right of delivery.rights) {
      const known = [...(before?.rights ?? []), ...(before?.ended ?? [])];
      const old = known.find(({ reference }) => reference === right.reference);
      if (right.failure?.dismissed === true) letBe.add(right.reference);
      // A repeat without a known answer may have restored a right that the vendor had lost: its answer has the new receipt.
      const isRepeated = right.repair !== undefined && (right.intent?.attempts ?? 0) > 0;
      const problem = isRepeated ? undefined : judgeReceipt(right, vendor.rights.get(right.reference));
      if (problem !== undefined) violate(right, problem);
      // With another receipt, the first one was carried out meanwhile.
      const isOpen = old?.receipt?.coveredUntil === right.receipt?.coveredUntil;
      if (old !== undefined && isOpen && isRestated(old.intent, right.intent, now()))
        violate(right, "is decided twice");
      const isNewCancel = right.intent?.operation === "cancel" && old?.intent?.operation !== "cancel";
      if (!isNewCancel || isLate()) continue;
      const wrong = judgeReadings(right, { providerId, permitId, delivery, vendor });
      if (wrong !== undefined) violate(right, wrong);
    }
    const remembered = new Set(
      [...delivery.rights, ...(delivery.ended ?? [])].map(({ reference }) => reference),
    );
    for (const right of [...(before?.rights ?? []), ...(before?.ended ?? [])]) {
      if (remembered.has(right.reference)) continue;
      const kept = vendor.rights.get(right.reference);
      const isThere =
        kept !== undefined && kept.lost === undefined && kept.end > Math.max(now() + CLOCK_MS, kept.from);
      if (isThere && !letBe.has(right.reference)) violate(right, "forgotten while the vendor has it");
    }
  }

  /** It is right when it is right in one of the readings. */
  function judgeReadings(
    right: RegistrationState,
    { providerId, permitId, delivery, vendor }: Omit<DeliveryUpdate, "version"> & { vendor: FakeVendor },
  ): string | undefined {
    const problems = readings(permitId, providerId).map((wanted) =>
      judgeCancel(right, { wanted, delivery, vendor }),
    );
    return problems.every((found) => found !== undefined) ? problems[0] : undefined;
  }

  function judgeReceipt({ receipt }: RegistrationState, kept: VendorRight | undefined): string | undefined {
    if (receipt === null) return undefined;
    if (kept === undefined) return "acknowledged, and the vendor never accepted it";
    if (kept.reference !== receipt.reference) return "acknowledged under another reference";
    const isEnd = kept.ends.includes(Date.parse(receipt.coveredUntil));
    return isEnd ? undefined : `acknowledged until ${receipt.coveredUntil}, which the vendor never accepted`;
  }

  /** Says what is wrong with ending a right now. */
  function judgeCancel(
    right: RegistrationState,
    {
      wanted,
      delivery,
      vendor,
    }: { wanted: readonly WantedRight[]; delivery: ProviderState; vendor: FakeVendor },
  ): string | undefined {
    const old = toRight(right.registration);
    const due = wanted.filter(({ from, to }) => from - leadTimeMs <= now() && (to === null || to > now()));
    // A right that was dropped by a clock that was ahead may have been registered again since.
    const hasSuccessor = delivery.rights.some(
      ({ registration }) =>
        registration.generation > right.registration.generation &&
        isSameRight({ ...old, to: null }, toRight(registration)),
    );
    if (!hasSuccessor && due.some((want) => isSameRight(want, old)))
      return "is cancelled although it is wanted";
    // What is over covers no car that its end could uncover.
    const ended = vendor.rights.get(right.reference);
    if (ended !== undefined && ended.lost === undefined && !isLive(ended, now())) return undefined;
    // Sync cannot know that the vendor lost a right until a reply shows it.
    const isThere = (want: WantedRight) =>
      [...vendor.rights.values()].some(
        (kept) => isSameRight(want, kept) && (kept.lost === "unnoticed" || isLive(kept, now())),
      );
    // Where the vendor keeps one right and its reply says so, the old one is cancelled for the new one. The plate of a new one
    // elsewhere that was refused for that is covered there already.
    const isRefusedAsTaken = (want: WantedRight) =>
      delivery.rights.some(
        ({ failure, registration }) =>
          failure?.reason === "already_exists" && isSameRight(want, toRight(registration)),
      );
    const isInPlace = (want: WantedRight) => placeOf(want) === placeOf(old);
    if (vendor.keepsOne && due.some((want) => isInPlace(want) && isRefusedAsTaken(want))) return undefined;
    const uncovered = due.find((want) => {
      if (want.locationId !== old.locationId && want.plateNumber !== old.plateNumber) return false;
      if (vendor.keepsOne && !isInPlace(want) && isRefusedAsTaken(want)) return false;
      const isDismissed = delivery.rights.some(
        ({ registration, failure }) =>
          failure?.dismissed === true && isSameRight(want, toRight(registration)),
      );
      return !isDismissed && !isThere(want);
    });
    if (uncovered === undefined) return undefined;
    return `is cancelled before ${uncovered.plateNumber} at ${uncovered.locationId}→${uncovered.target} is there`;
  }

  /** What may have reached the vendor is repeated whatever is wanted by now. Anything else is right when it is sent. */
  function judgeSent(
    providerId: string,
    right: RegistrationState,
    delivery: ProviderState | undefined,
  ): void {
    const vendor = vendors.get(providerId);
    const { intent, registration } = right;
    if (vendor === undefined || delivery === undefined || isNews()) return;
    if (intent?.operation !== "cancel" || intent.attempts > 0) return;
    // No decision waits for so long: the clock was set between it and now.
    if (Math.abs(now() - Date.parse(intent.at)) > 60_000) return;
    const { permitId } = registration;
    const wrong = judgeReadings(right, { providerId, permitId, delivery, vendor });
    if (wrong !== undefined) violations.push(`${providerId} ${permitId} ${describe(right)}: ${wrong} (sent)`);
  }

  return {
    ...{ violations, letBe },
    isRepair: (reference) =>
      [...durable.values()].some(({ rights }) =>
        rights.some((right) => right.reference === reference && right.repair !== undefined),
      ),
    onClaim(claimed) {
      for (const { providerId, permitId, delivery } of claimed) {
        for (const known of [written, durable]) known.set(`${providerId} ${permitId}`, delivery);
      }
    },
    onSave(updates) {
      for (const update of updates) {
        const vendor = vendors.get(update.providerId);
        if (vendor !== undefined) judge(update, vendor);
      }
    },
    onSaved(updates) {
      for (const { providerId, permitId, delivery } of updates)
        durable.set(`${providerId} ${permitId}`, delivery);
    },
    onSend(providerId, { kind, identity, reference, at, registration }) {
      const delivery = durable.get(`${providerId} ${registration.permitId}`);
      // An extra right is known by its reference alone.
      const right = delivery?.rights.find((one) => one.reference === identity || one.reference === reference);
      if (right?.intent?.operation === kind && right.intent.at === at) {
        judgeSent(providerId, right, delivery);
        return;
      }
      violations.push(
        `${providerId} ${kind} of ${registration.permitId} is sent before it was written down.`,
      );
    },
  };
}

/** Whether an open intent was replaced by one of the same words and another instant: a repeat must carry the same. */
function isRestated(
  before: RegistrationState["intent"],
  after: RegistrationState["intent"],
  now: number,
): boolean {
  if (before === null || after === null || before.at === after.at) return false;
  // A clock that was ahead dated it.
  if (Date.parse(before.at) > now + CLOCK_MS) return false;
  return before.operation === after.operation && before.validTo === after.validTo;
}

function describe({ registration }: RegistrationState): string {
  const { plate, locationId, target, generation } = registration;
  return `${plate.number}/${plate.region ?? ""} ${locationId}→${target} #${generation}`;
}
