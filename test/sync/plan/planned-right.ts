import type { ProviderState } from "../../../src/sync/ledger/delivery.ts";

/** The delivery after a person sent its refused operations again. */
export function retriedRight(delivery: ProviderState): ProviderState {
  return { ...delivery, rights: delivery.rights.map((right) => ({ ...right, failure: null })) };
}

/** The delivery after a person dismissed its refused operations. */
export function dismissedRight(delivery: ProviderState): ProviderState {
  const rights = delivery.rights.map((right) =>
    right.failure === null ? right : { ...right, failure: { ...right.failure, dismissed: true as const } },
  );
  return { ...delivery, rights };
}
