import { NO_DELIVERY } from "./delivery.ts";
import { decodeDelivery, encodeDelivery } from "./delivery-document.ts";
import { failuresOf, findLiveUntil, targetsOf } from "./delivery-facts.ts";
import type { ClaimedDelivery, DeliveryUpdate, LedgerChange } from "./ledger.ts";
import { decodePermit, encodePermit } from "./permit-document.ts";
import { plateNumbersOf } from "./plate-index.ts";
import type { ChangeRow, ClaimedRow, SaveRow } from "./sqlite-messages.ts";
import { toStoredState } from "./sqlite-reader.ts";

// The calling thread's words in the form that travels to the writer thread, and back.

// SQLite has no infinity. It is the last instant that a Date can be.
const NEVER = 8_640_000_000_000_000;

/** A change as the writer takes it. */
export function toChangeRow(change: LedgerChange): ChangeRow {
  const at = change.at.getTime();
  if (!("permit" in change)) return [change.kind, change.permitId, at];
  const { permit, kind, providerIds } = change;
  const { content, raws } = encodePermit(permit);
  const [first] = permit.plates;
  const numbers =
    permit.plates.length === 1 && first !== undefined ? [first.number] : [...plateNumbersOf(permit)];
  const validTo = permit.validTo === null ? null : permit.validTo.getTime();
  return [
    ...([kind, permit.id, at, permit.revision, permit.companyId] as const),
    ...([validTo, content, raws, numbers, providerIds] as const),
  ];
}

/** A delivery that was worked on as the writer takes it. */
export function toSaveRow(update: DeliveryUpdate): SaveRow {
  const { version, delivery, release, providerId, permitId } = update;
  const liveUntil = findLiveUntil(delivery);
  const row = [
    version,
    encodeDelivery(delivery, { providerId, permitId }),
    liveUntil === null ? null : Math.min(liveUntil, NEVER),
    delivery.unmapped.length > 0 ? 1 : 0,
    [...targetsOf(delivery)],
    failuresOf(delivery).map(({ key, failedAt }) => [key, Date.parse(failedAt)] as const),
  ] as const;
  if (release === undefined) return row;
  return [...row, [release.dueAt === null ? null : release.dueAt.getTime(), release.settled]];
}

/** What the writer claimed. */
export function toClaimedDelivery(row: ClaimedRow, providerId: string): ClaimedDelivery {
  const [version, since, document, permitId, companyId, state, revision, changedAt, content, raws] = row;
  const owner = { providerId, permitId, companyId };
  const stored =
    content === null
      ? undefined
      : {
          permit: decodePermit({ content, raws }, { id: permitId, companyId, revision }),
          state: toStoredState(state),
          changedAt: new Date(changedAt),
        };
  const delivery = document === null ? NO_DELIVERY : decodeDelivery(document, owner);
  return { ...owner, stored, delivery, dueSince: new Date(since), version };
}
