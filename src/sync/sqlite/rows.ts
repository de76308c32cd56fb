import { plateNumbersOf } from "../../core/permit/plate-index.ts";
import { NO_DELIVERY } from "../ledger/delivery.ts";
import { decodeDelivery, encodeDelivery } from "../ledger/delivery-document.ts";
import { failuresOf, findLiveUntil, targetOf, targetsOf } from "../ledger/delivery-facts.ts";
import { placeOf } from "../ledger/lease.ts";
import type { ClaimedDelivery, DeliveryUpdate, LedgerChange } from "../ledger/ledger.ts";
import { refuseUnfitIds } from "../ledger/refuse-transaction.ts";
import type { ChangeRow, ClaimedRow, SaveRow } from "./messages.ts";
import { decodePermit, encodePermit } from "./permit-document.ts";
import { toStoredState } from "./reader.ts";

// Converts between the ledger's objects and the rows that are sent to the writer thread.

// SQLite has no infinity. This is the last instant of a Date.
const NEVER = 8_640_000_000_000_000;

export function toChangeRow(change: LedgerChange): ChangeRow {
  refuseUnfitIds(change);
  const at = change.at.getTime();
  const place = placeOf(change);
  if (!("permit" in change)) return [change.kind, change.permitId, at, place];
  const { permit, kind, providerIds } = change;
  const { content, raws } = encodePermit(permit);
  const validTo = permit.validTo === null ? null : permit.validTo.getTime();
  const { id, revision, companyId } = permit;
  const [provider] = providerIds;
  const providers = providerIds.length === 1 && provider !== undefined ? provider : providerIds;
  const [plate] = permit.plates;
  const plateNumbers =
    permit.plates.length === 1 && plate !== undefined ? plate.number : [...plateNumbersOf(permit)];
  return [kind, id, at, place, revision, companyId, validTo, content, raws, providers, plateNumbers];
}

export function toSaveRow(update: DeliveryUpdate): SaveRow {
  const { version, delivery, release, providerId, permitId } = update;
  const live = findLiveUntil(delivery);
  const liveUntil = live === null ? null : Math.min(live, NEVER);
  const document = encodeDelivery(delivery, { providerId, permitId });
  const unmapped = delivery.unmapped.length > 0 ? 1 : 0;
  const [right] = delivery.rights;
  const targets =
    delivery.rights.length === 1 && right !== undefined ? targetOf(right) : [...targetsOf(delivery)];
  const found = failuresOf(delivery);
  const failures =
    found.length === 0 ? null : found.map(({ key, failedAt }) => [key, Date.parse(failedAt)] as const);
  if (release === undefined) return [version, document, liveUntil, unmapped, targets, failures];
  const dueAt = release.dueAt === null ? null : release.dueAt.getTime();
  return [version, document, liveUntil, unmapped, targets, failures, release.settled, dueAt];
}

export function toClaimedDelivery(row: ClaimedRow, providerId: string): ClaimedDelivery {
  const [version, since, document, permitId, companyId, state, revision, changedAt, content, raws, isUrgent] =
    row;
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
  return { providerId, permitId, companyId, stored, delivery, dueSince: new Date(since), isUrgent, version };
}
