import type { Receipt } from "../../core/registration/registration.ts";
import type { WatchedEnd } from "../deliver/watched-outcomes.ts";
import type { RegistrationState, Repair } from "../ledger/delivery.ts";
import { LEASE_MS } from "../ledger/lease.ts";
import type { ClaimedDelivery, DeliveryUpdate } from "../ledger/ledger.ts";
import type { RepairContext } from "./repair-context.ts";

/** An acknowledged right to send again. */
export interface RightToSend {
  readonly permitId: string;
  readonly reference: string;
  /** The acknowledged end when the repeat was decided. When it has changed since, the right is left alone. */
  readonly coveredUntil: string;
  readonly repair: Repair;
}

/**
 * Writes repairs into acknowledged rights and lets the provider's loop send them. Each delivery is claimed for the
 * write, so that no other process changes it meanwhile. Returns the ends of those that were written, by reference. The
 * others are being delivered, were changed meanwhile or are not wanted any more.
 */
export function sendAgain(
  rights: readonly RightToSend[],
  context: RepairContext,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, WatchedEnd>> {
  const references = rights.map(({ reference }) => reference);
  return context.sendNow(references, () => writeRepairs(rights, context), signal);
}

function writeRepairs(
  rights: readonly RightToSend[],
  { provider, ledger, clock, writeAt }: RepairContext,
): Promise<ReadonlySet<string>> {
  const now = clock();
  return writeAt(now, async () => {
    const written: Written[] = [];
    for (const [permitId, ofPermit] of Map.groupBy(rights, (right) => right.permitId)) {
      const id = { providerId: provider.id, permitId };
      const claimed = await ledger.claimOne(id, { now, leaseMs: LEASE_MS });
      if (claimed !== undefined) written.push(withRepairs(claimed, ofPermit, now));
    }
    if (written.length === 0) return new Set();
    const effects = await ledger.save(written.map(({ update }) => update));
    return new Set(written.flatMap(({ references }, index) => (effects[index] ? references : [])));
  });
}

interface Written {
  readonly update: DeliveryUpdate;
  /** References of the rights that get a repair. */
  readonly references: readonly string[];
}

/** The claimed delivery with its repairs. It is released as due, so that the loop of any process sends them. */
function withRepairs(claimed: ClaimedDelivery, wanted: readonly RightToSend[], now: Date): Written {
  const { providerId, permitId, version, delivery, stored } = claimed;
  const repairs = new Map(wanted.map((right) => [right.reference, right]));
  const references: string[] = [];
  const rights = delivery.rights.map((right) => {
    const repair = repairs.get(right.reference);
    if (repair === undefined || stored?.state !== "active" || !isAsDecided(right, repair, now)) return right;
    references.push(right.reference);
    return { ...right, repair: repair.repair };
  });
  const release = { dueAt: now, settled: false };
  const update = { providerId, permitId, version, delivery: { ...delivery, rights }, release };
  return { update, references };
}

function isAsDecided(right: RegistrationState, { coveredUntil }: RightToSend, now: Date): boolean {
  if (!isAcknowledged(right)) return false;
  return right.receipt.coveredUntil === coveredUntil && Date.parse(coveredUntil) > now.getTime();
}

/**
 * Whether the vendor acknowledged a right, and neither an open operation nor a refused cancel leaves it in question.
 */
export function isAcknowledged(right: RegistrationState): right is RegistrationState & { receipt: Receipt } {
  const { receipt, intent, failure, repair } = right;
  return receipt !== null && intent === null && repair === undefined && failure?.operation !== "cancel";
}
