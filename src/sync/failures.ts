import { EnforcementError, type EnforcementErrorCode } from "../core/errors.ts";
import { parseFailureKey, toFailureKey } from "./deliver/failure-key.ts";
import type { DeliveryId, ProviderState, RegistrationState } from "./ledger/delivery.ts";
import { LEASE_MS } from "./ledger/lease.ts";
import type { SyncCore } from "./sync-core.ts";

/**
 * An operation that a vendor refused for good, or that cannot be sent as it is. It waits for `retry`, for `dismiss`, or
 * for a change of the permit or the mapping.
 */
export interface SyncFailure {
  /** The key for `retry` and `dismiss`. */
  readonly key: string;
  readonly providerId: string;
  readonly companyId: string;
  readonly permitId: string;
  readonly locationId: string;
  /** The vendor's name for the location. */
  readonly target: string;
  readonly operation: "register" | "amend" | "cancel";
  readonly failedAt: Date;
  readonly code: EnforcementErrorCode;
  /** What went wrong, as this package describes it. It holds no plate and no secret. */
  readonly message: string;
  /** The HTTP status of the refusal, where there is one. */
  readonly status?: number;
  /** The vendor's own code and message. Plates and secrets in the message are masked. */
  readonly vendorCode?: string;
  readonly vendorMessage?: string;
  /**
   * The vendor has another right for this plate at this target. Sync sends the registration again by itself: at once
   * when the ledger knows that the other right is gone, otherwise after a minute, then twice as long each time, at most
   * an hour. Absent: refused for another reason, and not sent again by itself.
   */
  readonly reason?: "already_exists";
}

/** The refusals that are not dismissed, oldest first. */
export async function* listFailures(core: SyncCore, providerId?: string): AsyncGenerator<SyncFailure> {
  const ledger = await core.openLedger();
  for await (const failure of ledger.listFailures(providerId)) {
    const { key, failedAt, code, validTo: _validTo, dismissed: _dismissed, ...shown } = failure;
    const { retryAt: _retryAt, repeats: _repeats, behind: _behind, ...rest } = shown;
    yield {
      ...rest,
      key: toFailureKey({ ...rest, reference: key }),
      code: code as EnforcementErrorCode,
      failedAt: new Date(failedAt),
    };
  }
}

/** Clears a refusal, so that the operation is sent again. Returns false when it is no longer refused. */
export function retryFailure(core: SyncCore, key: string): Promise<boolean> {
  return changeFailed(core, key, (right) => ({ ...right, failure: null }));
}

/** Marks a refusal as dismissed. Returns false when it is no longer refused. */
export function dismissFailure(core: SyncCore, key: string): Promise<boolean> {
  return changeFailed(core, key, ({ failure, ...right }) => ({
    ...right,
    failure: failure === null ? null : { ...failure, dismissed: true },
  }));
}

function changeFailed(
  core: SyncCore,
  key: string,
  change: (right: RegistrationState) => RegistrationState,
): Promise<boolean> {
  const { reference, ...id } = parseFailureKey(key);
  return changeDelivery(core, id, (delivery) => {
    const isRefused = (right: RegistrationState) =>
      right.reference === reference && right.failure !== null && right.failure.dismissed !== true;
    if (!delivery.rights.some(isRefused)) return undefined;
    return {
      ...delivery,
      rights: delivery.rights.map((right) => (isRefused(right) ? change(right) : right)),
    };
  });
}

const CLAIM_RETRY_MS = 50;
const MAX_CLAIM_WAIT_MS = 2 * LEASE_MS;

/**
 * Changes one delivery from outside its loop, under a claim of its own, and wakes the loop. `change` returns undefined
 * to leave the delivery as it is. Returns false when it did, or when the delivery does not exist.
 *
 * @throws EnforcementError `unavailable` when another claim holds the delivery for more than two minutes
 */
export async function changeDelivery(
  core: SyncCore,
  id: DeliveryId,
  change: (delivery: ProviderState) => ProviderState | undefined,
): Promise<boolean> {
  const ledger = await core.openLedger();
  const { timers } = core;
  for (let waited = 0; waited < MAX_CLAIM_WAIT_MS; waited += CLAIM_RETRY_MS) {
    const claimed = await ledger.claimOne(id, { now: timers.now(), leaseMs: LEASE_MS });
    if (claimed !== undefined) {
      const delivery = change(claimed.delivery);
      const release = { dueAt: timers.now(), settled: false };
      const [hadEffect] = await ledger.save([
        { ...id, delivery: delivery ?? claimed.delivery, version: claimed.version, release },
      ]);
      if (!hadEffect) continue;
      core.wake([id.providerId]);
      return delivery !== undefined;
    }
    // `claimOne` gives undefined for a claimed delivery and for one that does not exist.
    if ((await ledger.getPermit(id.permitId)) === undefined) return false;
    await new Promise<void>((resolve) => timers.after(CLAIM_RETRY_MS, resolve));
  }
  const message = "The permit's delivery is being worked on for too long; try again later.";
  throw new EnforcementError("unavailable", message, { providerId: id.providerId, operation: "retry" });
}
