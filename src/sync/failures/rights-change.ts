import type { DeliveryId, ProviderState, Refusal, RegistrationState } from "../ledger/delivery.ts";
import type { ChangeEnd, DeliveryChange } from "./change-delivery.ts";
import type { FailureStatus } from "./failures-report.ts";

/** How a host ends the wait of refused operations. */
export interface RefusalChange {
  /** Changes a right whose operation was refused. */
  readonly changeRight: (right: RegistrationState) => RegistrationState;
  /** Whether a refusal is one of those that the host means. */
  readonly isMeant: (refusal: Refusal) => boolean;
}

/**
 * Clears a refusal, so that the operation is sent again. One that was refused after an attempt without an answer may be
 * waiting for its next attempt: it waits no longer.
 */
export function clearRefusal({ failure, intent, ...right }: RegistrationState): RegistrationState {
  const isWaiting = failure !== null && intent !== null && intent.notBefore !== null;
  return {
    ...right,
    intent: isWaiting ? { ...intent, notBefore: failure.failedAt, waitMs: 0 } : intent,
    failure: null,
  };
}

/** Marks a refusal as dismissed. */
export function dismissRefusal({ failure, ...right }: RegistrationState): RegistrationState {
  return { ...right, failure: failure === null ? null : { ...failure, dismissed: true } };
}

/** The change of refused rights of one delivery, under one claim. */
export class RightsChange implements DeliveryChange {
  readonly providerId: string;
  readonly permitId: string;
  readonly references = new Set<string>();
  readonly #refusalChange: RefusalChange;
  readonly #statuses = new Map<string, FailureStatus>();

  constructor({ providerId, permitId }: DeliveryId, refusalChange: RefusalChange) {
    this.providerId = providerId;
    this.permitId = permitId;
    this.#refusalChange = refusalChange;
  }

  readonly change = (delivery: ProviderState): ProviderState | undefined => {
    const { changeRight } = this.#refusalChange;
    this.#statuses.clear();
    let isChanged = false;
    const rights = delivery.rights.map((right) => {
      if (!this.references.has(right.reference)) return right;
      const status = this.#judge(right);
      this.#statuses.set(right.reference, status);
      if (status !== "done") return right;
      isChanged = true;
      return changeRight(right);
    });
    return isChanged ? { ...delivery, rights } : undefined;
  };

  /** What became of one right's refusal, by the end of the change. */
  statusOf(reference: string, end: ChangeEnd): FailureStatus {
    if (end === "busy") return "conflict";
    return end === "absent" ? "gone" : (this.#statuses.get(reference) ?? "gone");
  }

  #judge({ failure, intent }: RegistrationState): FailureStatus {
    // An open operation without a refusal was decided after the refusal that the host knows.
    if (failure === null) return intent === null ? "gone" : "conflict";
    if (failure.dismissed === true) return "gone";
    return this.#refusalChange.isMeant(failure) ? "done" : "conflict";
  }
}
