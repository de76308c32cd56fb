import type { Refusal } from "../../../src/sync/ledger/delivery.ts";
import type { Ledger } from "../../../src/sync/ledger/ledger.ts";
import { createPermitSync, type PermitSync } from "../../../src/sync/permit-sync.ts";
import { deliveryOf, issue, LEASE_MS, minute, rightAt, updateOf } from "../ledger/fixtures.ts";

/** Fills an open ledger with permits of provider `passport` that were refused, one a minute. */
export async function fillWithRefused(ledger: Ledger, count: number): Promise<void> {
  await ledger.record(Array.from({ length: count }, (_, index) => issue({ id: `permit-${index}` })));
  const request = { limits: new Map([["passport", count]]), now: minute(1), leaseMs: LEASE_MS };
  const claimed = await ledger.claim(request);
  await ledger.save(
    claimed.map((claim, index) => {
      const refusal: Refusal = {
        operation: "register",
        validTo: null,
        failedAt: minute(2 + index).toISOString(),
        code: index % 2 === 0 ? "rejected" : "unsupported",
        message: "It was refused.",
      };
      const { registration } = rightAt("12");
      const right = {
        reference: `reference-${claim.permitId}`,
        registration: { ...registration, permitId: claim.permitId },
        receipt: null,
        intent: null,
        failure: refusal,
      };
      return updateOf(claim, { delivery: deliveryOf([right]) });
    }),
  );
}

/** A sync that delivers nothing, over a ledger of its own. */
export function syncOver(ledger: Ledger): PermitSync {
  const directory = { getCompany: () => undefined, listLocations: () => [] };
  return createPermitSync({ ledger, directory, providers: [] });
}
