import { contentOf, type Permit } from "../../../core/permit/permit.ts";
import { judgeChange } from "../../ledger/change-status.ts";
import { placeOf } from "../../ledger/lease.ts";
import type { ChangeStatus, KnownState, LedgerChange } from "../../ledger/ledger.ts";

/** A permit as the tables have it, or as earlier changes of the call leave it. */
export interface PermitNow {
  readonly state: KnownState;
  readonly revision: number;
  readonly companyId: string;
  /** Undefined: the permit was erased. */
  readonly permit: Permit | undefined;
  /** The recorded changes; absent while nothing was recorded. */
  readonly recorded?: {
    readonly at: Date;
    /** The place in line that they give the permit's deliveries, in milliseconds. */
    readonly place: number;
    readonly providerIds: ReadonlySet<string>;
  };
}

/**
 * The statuses of the changes of one call, each after those before it. Updates `permits`, unless there is a conflict:
 * then nothing of the call is recorded.
 */
export function judgeCall(changes: readonly LedgerChange[], permits: Map<string, PermitNow>): ChangeStatus[] {
  const ahead = new Map<string, PermitNow>();
  const statuses = changes.map((change) => {
    const id = permitIdOf(change);
    const known = ahead.get(id) ?? permits.get(id);
    const status = judgeChange(known, change, () => isSame(known, change));
    if (status === "recorded") ahead.set(id, afterChange(known, change));
    return status;
  });
  if (!statuses.includes("conflict")) for (const [id, permit] of ahead) permits.set(id, permit);
  return statuses;
}

export function permitIdOf(change: LedgerChange): string {
  return "permit" in change ? change.permit.id : change.permitId;
}

/** The end of a permit for retention: a withdrawn permit ended no later than its withdrawal. */
export function endOf({ state, permit }: PermitNow, changedAt: Date): Date | null {
  const validTo = permit?.validTo ?? null;
  if (state === "active") return validTo;
  return validTo === null || changedAt < validTo ? changedAt : validTo;
}

function isSame(known: PermitNow | undefined, change: LedgerChange): boolean {
  if (known?.permit === undefined || !("permit" in change)) return false;
  return contentOf(known.permit) === contentOf(change.permit);
}

function afterChange(known: PermitNow | undefined, change: LedgerChange): PermitNow {
  const { at } = change;
  const place = Math.min(placeOf(change), known?.recorded?.place ?? Number.POSITIVE_INFINITY);
  const providerIds = new Set(known?.recorded?.providerIds);
  if ("permit" in change) {
    for (const providerId of change.providerIds) providerIds.add(providerId);
    const { companyId, revision } = change.permit;
    return {
      state: "active",
      revision,
      companyId,
      permit: change.permit,
      recorded: { at, place, providerIds },
    };
  }
  // Only a known permit can be withdrawn.
  const { revision, companyId, permit } = known as PermitNow;
  const state = change.kind === "forget" ? "forgotten" : "revoked";
  return { state, revision, companyId, permit, recorded: { at, place, providerIds } };
}
