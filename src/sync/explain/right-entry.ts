import type { EnforcementErrorCode } from "../../core/errors.ts";
import { toFailureKey } from "../deliver/failure-key.ts";
import type { DeliveryId, Intent, Refusal, RegistrationState, Trouble } from "../ledger/delivery.ts";
import { type ReadBack, shortReferenceOf } from "../ledger/provider-notes.ts";
import type {
  AcknowledgedEntry,
  OnItsWayEntry,
  OpenOperation,
  RefusedEntry,
  RefusedOperation,
  RefusedReason,
  VendorWords,
} from "./explanation.ts";

/** What is known beside a right. */
export interface RightContext extends DeliveryId {
  readonly now: Date;
  /** Since when the provider's breaker has been open; undefined: it is closed, or nothing is known of it. */
  readonly breakerOpenSince: Date | undefined;
  /** When the permit is planned next at the provider; null: not before something changes. */
  readonly dueAt: Date | null;
  /** The last complete reading of what the vendor lists at the right's target. */
  readonly readBack: ReadBack | undefined;
}

/** Where one right of a delivery is; undefined: the vendor has nothing of it, and nothing is under way. */
export function explainRight(
  right: RegistrationState,
  context: RightContext,
): AcknowledgedEntry | OnItsWayEntry | RefusedEntry | undefined {
  const { receipt, intent, failure, reference } = right;
  const isCancelled = intent?.operation === "cancel" && failure === null;
  const coveredUntil = new Date(receipt?.coveredUntil ?? 0);
  if (receipt !== null && !isCancelled && coveredUntil > context.now) {
    const change = changeOf(right, context);
    return {
      status: "acknowledged",
      reference: receipt.reference,
      since: right.acknowledgedAt === undefined ? null : new Date(right.acknowledgedAt),
      coveredUntil,
      readBackAt: readBackAt(right, context),
      ...(change === undefined ? {} : { change }),
    };
  }
  if (failure !== null) {
    const refusal = toRefused(failure, right, context);
    return { status: "not_sent", reason: reasonOf(refusal), reference, refusal };
  }
  return intent === null ? undefined : { status: "on_its_way", reference, ...toOpen(intent, context) };
}

/** When a reading began that showed a right; null: the last one did not, or none was later than its acknowledgement. */
function readBackAt(right: RegistrationState, { readBack, now }: RightContext): Date | null {
  const { acknowledgedAt, registration } = right;
  // A reading is dated ahead only until what a clock that was ahead has left is corrected.
  if (readBack === undefined || acknowledgedAt === undefined || readBack.at > now) return null;
  const wasThere = new Date(acknowledgedAt) <= readBack.at && new Date(registration.validFrom) <= readBack.at;
  return wasThere && !readBack.unseen.includes(shortReferenceOf(right)) ? readBack.at : null;
}

function reasonOf({ isDismissed, operation, code, field }: RefusedOperation): RefusedReason {
  if (isDismissed) return "dismissed";
  if (operation !== "register" || code !== "invalid_input") return "refused";
  if (field === "plate.region") return "plate_without_region";
  return field === "target" ? "target_unknown" : "refused";
}

/** What is under way, or was refused, for a right that the vendor has. */
function changeOf(
  right: RegistrationState,
  context: RightContext,
): OpenOperation | RefusedOperation | undefined {
  const { intent, failure } = right;
  if (failure !== null) return toRefused(failure, right, context);
  return intent === null ? undefined : toOpen(intent, context);
}

function toOpen(
  { operation, at, attempts, notBefore, trouble }: Intent,
  { now, breakerOpenSince, dueAt }: RightContext,
): OpenOperation {
  // What is due is planned anew, by what has changed since: an operation that waits may be sent at once, or not at all.
  const isDue = dueAt !== null && dueAt <= now;
  const isWaiting = !isDue && notBefore !== null && new Date(notBefore) > now;
  return {
    operation,
    decidedAt: new Date(at),
    attempts,
    nextTryAt: isWaiting ? new Date(notBefore) : null,
    ...(trouble === undefined ? {} : { trouble: { ...toWords(trouble), at: new Date(trouble.at) } }),
    ...(breakerOpenSince === undefined ? {} : { breakerOpenSince }),
  };
}

function toRefused(
  failure: Refusal,
  right: RegistrationState,
  { providerId, permitId }: RightContext,
): RefusedOperation {
  const { operation, failedAt, dismissed = false, retryAt, field } = failure;
  const { reference, intent, mayLastUntil } = right;
  const isInDoubt = intent !== null || mayLastUntil !== undefined;
  return {
    ...toWords(failure),
    operation,
    failedAt: new Date(failedAt),
    ...(field === undefined ? {} : { field: field.replace(/^registrations?(\[\d+\])?\./, "") }),
    failureKey: toFailureKey({ providerId, permitId, reference }),
    isDismissed: dismissed,
    ...(isInDoubt ? { mayBeDone: true } : {}),
    ...(retryAt === undefined || dismissed ? {} : { retryAt: new Date(retryAt) }),
  };
}

/** The words of a refusal or a passing trouble, as public fields. */
function toWords({ code, message, status, vendorCode, vendorMessage }: Refusal | Trouble): VendorWords {
  return {
    code: code as EnforcementErrorCode,
    message,
    ...(status === undefined ? {} : { status }),
    ...(vendorCode === undefined ? {} : { vendorCode }),
    ...(vendorMessage === undefined ? {} : { vendorMessage }),
  };
}

/** The rights in the order in which they tell where a permit is: what the vendor has goes before what it had. */
export function mostTelling(rights: readonly RegistrationState[], now: Date): RegistrationState[] {
  return rights.toSorted((one, other) => rankOf(other, now) - rankOf(one, now));
}

function rankOf({ receipt, intent, failure }: RegistrationState, now: Date): number {
  const isLive = receipt !== null && new Date(receipt.coveredUntil) > now;
  if (isLive && intent?.operation !== "cancel") return failure?.operation === "cancel" ? 4 : 5;
  if (intent !== null && intent.operation !== "cancel" && failure === null) return 3;
  if (failure !== null) return 2;
  return intent === null ? 0 : 1;
}
