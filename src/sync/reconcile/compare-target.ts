import type { ListedRegistration, PushProvider } from "../../core/provider.ts";
import type { Receipt } from "../../core/registration/registration.ts";
import type { RegistrationState } from "../ledger/delivery.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { shortReferenceOf } from "../ledger/provider-notes.ts";
import type { Pace } from "../pace/pace.ts";
import type { DriftKind } from "./drift.ts";
import { requireRunning } from "./repair-context.ts";
import { isAcknowledged } from "./send-again.ts";
import { readVendorView, type VendorView } from "./vendor-view.ts";

// A right that ends within this time is not compared: a repair would come too late, and the vendor's clock may be
// ahead.
const ENDING_MS = 60_000;
// Ends that differ by less are equal: a vendor may keep whole seconds.
const SAME_END_MS = 1_000;

/** The input of one comparison. */
export interface TargetComparison {
  readonly provider: PushProvider;
  readonly ledger: Ledger;
  /** The target's name on the vendor's wire. */
  readonly target: string;
  /** Every name that the ledger may use for the target: before a vendor's answer, a right has the host's name. */
  readonly names: Iterable<string>;
  /** The ids of other instances of the same vendor. Their rights at the target are not extra. */
  readonly neighbours: readonly string[];
  readonly testPlates: ReadonlySet<string>;
  readonly clock: () => Date;
  readonly pace: Pace;
  readonly signal: AbortSignal | undefined;
}

/** A right that may differ. */
export type Candidate = DifferingRight | ExtraRight;

/** A right of the ledger that the vendor shows differently, or not at all. */
export interface DifferingRight {
  readonly kind: "missing" | "other_end";
  /** The reference by which the vendor knows the right. */
  readonly reference: string;
  readonly permitId: string;
  readonly right: RegistrationState & { readonly receipt: Receipt };
}

/** A right that the vendor shows and the ledger does not have. */
export interface ExtraRight {
  readonly kind: "extra";
  readonly reference: string;
  readonly entry: ListedRegistration | undefined;
}

/** The result of one comparison. */
export interface Look {
  /** When reading the vendor's list began. */
  readonly readAt: Date;
  /** The short references of rights that the list did not show as acknowledged: all that may have been by then. */
  readonly unseen: readonly string[];
  readonly candidates: ReadonlyMap<string, Candidate>;
  readonly complete: boolean;
  readonly listed: number;
  readonly foreign: number;
  readonly compared: number;
  readonly inFlight: number;
}

/**
 * Compares twice, and keeps only what differs both times in the same way: between reading the vendor's list and the
 * ledger, a right may be registered, amended or cancelled, which is no drift.
 */
export async function compareTarget(comparison: TargetComparison): Promise<Look> {
  const first = await look(comparison);
  if (first.candidates.size === 0) return first;
  const second = await look(comparison, new Set(first.candidates.keys()));
  const candidates = new Map(
    [...second.candidates].filter(([reference, again]) => isSame(first.candidates.get(reference), again)),
  );
  return { ...first, candidates, complete: first.complete && second.complete };
}

/** Whether two comparisons found the same difference, and nothing was acknowledged between them. */
function isSame(before: Candidate | undefined, again: Candidate): boolean {
  if (before?.kind === "extra" || again.kind === "extra") return before?.kind === again.kind;
  return (
    before?.kind === again.kind && before.right.receipt.coveredUntil === again.right.receipt.coveredUntil
  );
}

async function look(comparison: TargetComparison, only?: ReadonlySet<string>): Promise<Look> {
  const { provider, ledger, pace, target, names, neighbours, testPlates, clock, signal } = comparison;
  const readAt = clock();
  // The vendor is read first: a right is in the ledger before it is sent, so every listed right is in the ledger by
  // then.
  const view = await readVendorView(provider, target, {
    pace,
    now: readAt,
    testPlates,
    ...(only === undefined ? {} : { only }),
    ...(signal === undefined ? {} : { signal }),
  });
  const candidates = new Map<string, Candidate>();
  const unseen: string[] = [];
  const counts = { compared: 0, inFlight: 0 };
  for await (const { right, permitId } of rightsAt({ ledger, pace, names }, provider.id)) {
    requireRunning(signal, { providerId: provider.id, operation: "reconcile" });
    const reference = right.receipt?.reference ?? right.reference;
    const shownUntil = view.ends.get(reference);
    view.ends.delete(reference);
    view.ends.delete(right.reference);
    if (isUnseen(right, { shownUntil, readAt: readAt.getTime() })) unseen.push(shortReferenceOf(right));
    if (testPlates.has(right.registration.plate.number)) continue;
    if (only !== undefined && !only.has(reference)) continue;
    if (!isAcknowledged(right)) counts.inFlight += 1;
    else {
      counts.compared += 1;
      const kind = findDrift(right, { shownUntil, now: clock().getTime() });
      if (kind !== undefined) candidates.set(reference, { kind, reference, permitId, right });
    }
  }
  if (view.ends.size > 0) await leaveToNeighbours(view, { ledger, pace, neighbours, names });
  for (const reference of view.ends.keys()) {
    candidates.set(reference, { kind: "extra", reference, entry: view.entries.get(reference) });
  }
  const { complete, listed, foreign } = view;
  return { readAt, unseen, candidates, complete, listed, foreign, ...counts };
}

/** Whether a right that had begun was not shown, or not with the end that was acknowledged. */
function isUnseen(
  { receipt, intent, registration }: RegistrationState,
  { shownUntil, readAt }: { shownUntil: number | undefined; readAt: number },
): boolean {
  if (Date.parse(registration.validFrom) > readAt) return false;
  // Its acknowledgement may have come before, and not be written yet.
  if (receipt === null) return intent !== null && shownUntil === undefined;
  const coveredUntil = Date.parse(receipt.coveredUntil);
  if (coveredUntil <= readAt) return false;
  return shownUntil === undefined || Math.abs(shownUntil - coveredUntil) >= SAME_END_MS;
}

async function leaveToNeighbours(
  { ends }: VendorView,
  { ledger, pace, neighbours, names }: Pick<TargetComparison, "ledger" | "pace" | "neighbours" | "names">,
): Promise<void> {
  for (const providerId of neighbours) {
    for await (const { right } of rightsAt({ ledger, pace, names }, providerId)) {
      ends.delete(right.receipt?.reference ?? right.reference);
    }
  }
}

/** The rights of a provider at a target, under any of its names. A delivery may have rights elsewhere as well. */
async function* rightsAt(
  { ledger, pace, names }: Pick<TargetComparison, "ledger" | "pace" | "names">,
  providerId: string,
): AsyncGenerator<{ right: RegistrationState; permitId: string }> {
  const slicer = pace.createSlicer();
  for (const name of names) {
    for await (const { delivery, permitId } of ledger.listAt(providerId, name)) {
      if (slicer.isOver) await slicer.nextTurn();
      for (const right of delivery.rights) {
        if ((right.receipt?.target ?? right.registration.target) === name) yield { right, permitId };
      }
    }
  }
}

/** How the vendor's record of a right differs from the acknowledged one; undefined when it does not. */
export function findDrift(
  { receipt, registration }: RegistrationState & { receipt: Receipt },
  { shownUntil, now }: { shownUntil: number | undefined; now: number },
): Exclude<DriftKind, "extra"> | undefined {
  const coveredUntil = Date.parse(receipt.coveredUntil);
  if (coveredUntil <= now + ENDING_MS) return undefined;
  if (shownUntil === undefined) {
    // A vendor does not list rights that have not begun.
    return Date.parse(registration.validFrom) <= now ? "missing" : undefined;
  }
  return Math.abs(shownUntil - coveredUntil) < SAME_END_MS ? undefined : "other_end";
}
