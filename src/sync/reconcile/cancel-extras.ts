import { DAY_MS } from "../../core/instant.ts";
import { type Permit, readPermit } from "../../core/permit/permit.ts";
import type { ListedRegistration, PushProvider } from "../../core/provider.ts";
import { extraPermitId } from "../../core/registration/identity.ts";
import { outcomeOf } from "../../core/registration/outcome.ts";
import type { WatchedEnd } from "../deliver/watched-outcomes.ts";
import type { RegistrationState } from "../ledger/delivery.ts";
import type { RepairContext } from "./repair-context.ts";

// The ledger does not know the location of an extra right, and no vendor's wire carries its id.
const UNKNOWN = "unknown";

interface ExtraRight {
  readonly right: RegistrationState;
  readonly permit: Permit;
}

/**
 * Cancels rights with references of this package that no permit has. Each is recorded as a permit of `companyId` that is
 * withdrawn, so that its cancellation is delivered, retried and erased like any other. A record without a plate, or that
 * cannot be read, is left alone. Returns the ends of the others, by reference.
 */
export async function cancelExtras(
  entries: readonly ListedRegistration[],
  context: RepairContext & { readonly companyId: string },
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<string, WatchedEnd>> {
  const now = context.clock();
  const extras = entries.flatMap((entry) => findExtra(entry, context, now));
  const references = extras.map(({ right }) => right.reference);
  const write = () => context.writeAt(now, () => recordExtras(extras, context, now));
  const ends = await context.sendNow(references, write, signal);
  // The ledger erases each as soon as the vendor has cancelled it, or after the retention where this process dies before.
  for (const { permit } of extras) await context.forget(permit.id);
  return ends;
}

/** Returns the references of the rights whose cancellation is due now. */
async function recordExtras(
  extras: readonly ExtraRight[],
  { provider, ledger, changeDelivery }: RepairContext,
  now: Date,
): Promise<ReadonlySet<string>> {
  const written = new Set<string>();
  for (const { permit, right } of extras) {
    const id = { providerId: provider.id, permitId: permit.id };
    // Together, so that no lookup ever finds the permit. Where it is known from an earlier run, nothing changes.
    await ledger.record([
      { kind: "issue", permit, providerIds: [provider.id], at: now },
      { kind: "revoke", permitId: permit.id, at: now },
    ]);
    // The loop may have claimed the delivery already, to find nothing in it.
    const isAdded = await changeDelivery(id, (delivery) => {
      const isKnown = delivery.rights.some(({ reference }) => reference === right.reference);
      return isKnown ? undefined : { ...delivery, rights: [...delivery.rights, right] };
    });
    if (isAdded) written.add(right.reference);
  }
  return written;
}

/** An extra right as if it had been acknowledged: there is no receipt of it, so one is made of the vendor's record. */
function findExtra(
  { reference, target, plate, validFrom, validTo }: ListedRegistration,
  { provider, companyId }: { readonly provider: PushProvider; readonly companyId: string },
  now: Date,
): ExtraRight[] {
  if (reference === undefined || plate === undefined) return [];
  const id = extraPermitId(reference);
  const read = outcomeOf(() =>
    readPermit({ id, companyId, plates: [plate], locationIds: [UNKNOWN], validFrom, validTo, revision: 0 }),
  );
  if (!read.ok) return [];
  const { openEndedDays } = provider.capabilities;
  const coveredUntil =
    validTo ?? new Date(Math.max(now.getTime(), validFrom.getTime()) + openEndedDays * DAY_MS);
  const registration = {
    companyId,
    permitId: id,
    locationId: UNKNOWN,
    target,
    plate,
    generation: 0,
    validFrom: validFrom.toISOString(),
    validTo: validTo?.toISOString() ?? null,
  };
  const receipt = {
    v: 1 as const,
    providerId: provider.id,
    reference,
    target,
    registration,
    coveredUntil: coveredUntil.toISOString(),
  };
  return [{ permit: read.value, right: { reference, registration, receipt, intent: null, failure: null } }];
}
