import type { EnforcementErrorCode } from "../../core/errors.ts";
import type { MaybePromise } from "../../core/maybe-promise.ts";
import { toFailureKey } from "../deliver/failure-key.ts";
import type { Ledger } from "../ledger/ledger.ts";

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
export async function* listFailures(
  { openLedger }: { readonly openLedger: () => MaybePromise<Ledger> },
  providerId?: string,
): AsyncGenerator<SyncFailure> {
  const ledger = await openLedger();
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
